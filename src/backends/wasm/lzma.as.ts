/**
 * Expands what LZMA has compressed, after the LZMA specification (Pavlov 2015); names are its own. In WebAssembly, because a page
 * expands its kernels before its first prediction: 5 ms, where the same in JavaScript took 25, most of it before it was optimized. The stream is one
 * that this repository made (scripts/kernel-bindings.ts), so it is not checked here: `WebAssembly.compile` refuses the rest.
 */

/** Probabilities are of 0, in 2⁻¹¹, and begin at a half. Each is a u16, at an address. */
const half: u16 = 1024
const top: u32 = 1 << 24

/** A distance of this slot and above has its low bits in a tree of their own. */
const firstDirectSlot: u32 = 14
/** States from here on are those after a match. */
const afterMatch: u32 = 7

// Where the probabilities are, as byte offsets.
const isMatch: usize = 0
const isRepeat: usize = 384
const isRepeat0: usize = 408
const isRepeat0Long: usize = 432
const isRepeat1: usize = 816
const isRepeat2: usize = 840
const slots: usize = 864
const nearBits: usize = 1376
const alignBits: usize = 1632
const lengths: usize = 1664
const repeatLengths: usize = 2720
const literals: usize = 3776
/** Within those of a length: two choices, 16 trees of 3 bits twice, a tree of 8 bits. */
const shortTrees: usize = 16
const middleTrees: usize = 272
const longTree: usize = 528

// The range decoder.
let input: usize = 0
let range: u32 = 0
let code: u32 = 0

function normalize(): void {
  if (range >= top) return
  range <<= 8
  code = (code << 8) | load<u8>(input++)
}

function bit(at: usize): u32 {
  const probability: u32 = load<u16>(at)
  const bound = (range >>> 11) * probability
  let value: u32 = 0
  if (code < bound) {
    range = bound
    store<u16>(at, <u16>(probability + ((2048 - probability) >>> 5)))
  } else {
    value = 1
    range -= bound
    code -= bound
    store<u16>(at, <u16>(probability - (probability >>> 5)))
  }
  normalize()
  return value
}

/** A number of `bits` bits, the highest first; each bit's probability depends on those before it. */
function tree(at: usize, bits: u32): u32 {
  let node: u32 = 1
  for (let i: u32 = 0; i < bits; i++) node = (node << 1) | bit(at + (<usize>node << 1))
  return node - (1 << bits)
}

function reverseTree(at: usize, bits: u32): u32 {
  let node: u32 = 1
  let value: u32 = 0
  for (let i: u32 = 0; i < bits; i++) {
    const next = bit(at + (<usize>node << 1))
    node = (node << 1) | next
    value |= next << i
  }
  return value
}

/** A number whose bits are 0 or 1 alike. */
function directBits(bits: u32): u32 {
  let value: u32 = 0
  for (let i: u32 = 0; i < bits; i++) {
    range >>>= 1
    const next: u32 = code >= range ? 1 : 0
    if (next) code -= range
    value = (value << 1) | next
    normalize()
  }
  return value
}

function lengthOf(at: usize, position: u32): u32 {
  if (bit(at) == 0) return 2 + tree(at + shortTrees + (<usize>position << 4), 3)
  if (bit(at + 2) == 0) return 10 + tree(at + middleTrees + (<usize>position << 4), 3)
  return 18 + tree(at + longTree, 8)
}

function distanceOf(scratch: usize, length: u32): u32 {
  const slot = tree(scratch + slots + (<usize>min(length - 2, 3) << 7), 6)
  if (slot < 4) return slot
  const bits = (slot >>> 1) - 1
  const high = (2 | (slot & 1)) << bits
  if (slot < firstDirectSlot) return high + reverseTree(scratch + nearBits + (<usize>(high - slot) << 1), bits)
  return high + (directBits(bits - 4) << 4) + reverseTree(scratch + alignBits, 4)
}

/**
 * The first `length` bytes of a file `.lzma` that begins at `packed`, to `to`; `scratch` has room for 3776 bytes and, for each
 * context of literals, 1536 more.
 */
export function expand(packed: usize, to: usize, length: u32, scratch: usize): void {
  let properties: u32 = load<u8>(packed)
  const literalContext = properties % 9
  properties /= 9
  const literalMask: u32 = (1 << properties % 5) - 1
  const positionMask: u32 = (1 << properties / 5) - 1
  const end = scratch + literals + (<usize>0x600 << (literalContext + (properties % 5)))
  for (let at = scratch; at < end; at += 2) store<u16>(at, half)
  // 13 bytes of header, one that is 0, four of code.
  code = bswap<u32>(load<u32>(packed + 14))
  range = u32.MAX_VALUE
  input = packed + 18

  let state: u32 = 0
  /** The last four distances, less 1. */
  let d0: u32 = 0
  let d1: u32 = 0
  let d2: u32 = 0
  let d3: u32 = 0
  for (let done: u32 = 0; done < length; ) {
    const position = done & positionMask
    const states = scratch + (<usize>state << 1)
    const statesHere = scratch + (<usize>((state << 4) + position) << 1)
    if (bit(statesHere + isMatch) == 0) {
      const before: u32 = done == 0 ? 0 : load<u8>(to + done - 1)
      const context = ((done & literalMask) << literalContext) + (before >>> (8 - literalContext))
      const from = scratch + literals + <usize>context * 0x600
      let node: u32 = 1
      if (state >= afterMatch) {
        // What stands where the last match would go on is probably not the byte, but like it.
        let expected: u32 = load<u8>(to + done - d0 - 1)
        while (node < 256) {
          const likely = (expected >>> 7) & 1
          expected <<= 1
          const next = bit(from + (<usize>(((1 + likely) << 8) + node) << 1))
          node = (node << 1) | next
          if (next != likely) break
        }
      }
      while (node < 256) node = (node << 1) | bit(from + (<usize>node << 1))
      store<u8>(to + done, <u8>node)
      done++
      state = state < 4 ? 0 : state < 10 ? state - 3 : state - 6
      continue
    }
    let count: u32 = 0
    if (bit(states + isRepeat) == 0) {
      d3 = d2
      d2 = d1
      d1 = d0
      count = lengthOf(scratch + lengths, position)
      d0 = distanceOf(scratch, count)
      state = state < afterMatch ? 7 : 10
    } else {
      if (bit(states + isRepeat0) == 0) {
        if (bit(statesHere + isRepeat0Long) == 0) {
          store<u8>(to + done, load<u8>(to + done - d0 - 1))
          done++
          state = state < afterMatch ? 9 : 11
          continue
        }
      } else {
        let distance = d1
        if (bit(states + isRepeat1) != 0) {
          distance = d2
          if (bit(states + isRepeat2) != 0) {
            distance = d3
            d3 = d2
          }
          d2 = d1
        }
        d1 = d0
        d0 = distance
      }
      count = lengthOf(scratch + repeatLengths, position)
      state = state < afterMatch ? 8 : 11
    }
    // Byte by byte: a match may go on into what it makes.
    for (const stop = min(done + count, length); done < stop; done++)
      store<u8>(to + done, load<u8>(to + done - d0 - 1))
  }
}
