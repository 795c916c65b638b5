/**
 * Expands what LZMA has compressed: a fifth less than `deflate` for kernels, and the only one of the two that finds in a module
 * what the module before it has said, 100 kB earlier. After the LZMA specification (Pavlov 2015); names are its own. The stream
 * is one that this repository made (scripts/kernel-bindings.ts), so it is not checked here: `WebAssembly.compile` refuses the rest.
 */

/** Probabilities are of 0, in 2⁻¹¹, and begin at a half. */
const half = 1024
/** Length slots of a distance, by length. */
const lengthStates = 4
/** A distance of this slot and above has its low bits in a tree of their own. */
const firstDirectSlot = 14

/** After a literal, a match, a repeated match or a short one: the states that the specification tells apart. */
const afterLiteral = [0, 0, 0, 0, 1, 2, 3, 4, 5, 6, 4, 5]
const lastAfterLiteral = 6

/**
 * The first `length` bytes of what a stream in the format `.lzma` holds; as long as that takes, about 15 ns for each. Whoever
 * needs the beginning only does not wait for the rest.
 */
export function expand(packed: Uint8Array, length: number): Uint8Array<ArrayBuffer> {
  const properties = packed[0] ?? 0
  const literalContext = properties % 9
  const literalPosition = Math.floor(properties / 9) % 5
  const positionStates = 1 << Math.floor(properties / 45)
  const positionMask = positionStates - 1

  const probabilities = (count: number) => new Uint16Array(count).fill(half)
  const literals = probabilities(0x300 << (literalContext + literalPosition))
  const isMatch = probabilities(12 * 16)
  const isRepeat = probabilities(12)
  const isRepeat0 = probabilities(12)
  const isRepeat0Long = probabilities(12 * 16)
  const isRepeat1 = probabilities(12)
  const isRepeat2 = probabilities(12)
  const slots = probabilities(lengthStates * 64)
  const nearBits = probabilities(128)
  const alignBits = probabilities(16)
  const lengths = { choice: probabilities(2), short: probabilities(256), long: probabilities(256) }
  const repeatLengths = { choice: probabilities(2), short: probabilities(256), long: probabilities(256) }

  // --- the range decoder: `range` and `code` are 32 bits ---
  // 13 bytes of header, one that is 0, four of code.
  let at = 18
  let range = 0xffffffff
  let code =
    ((packed[14] ?? 0) * 2 ** 24 + ((packed[15] ?? 0) << 16) + ((packed[16] ?? 0) << 8) + (packed[17] ?? 0)) >>> 0

  function normalize(): void {
    if (range >= 2 ** 24) return
    range = (range << 8) >>> 0
    code = ((code << 8) | (packed[at++] ?? 0)) >>> 0
  }
  function bit(of: Uint16Array, index: number): 0 | 1 {
    const probability = of[index] ?? half
    const bound = (range >>> 11) * probability
    if (code < bound) {
      range = bound
      of[index] = probability + ((2048 - probability) >> 5)
      normalize()
      return 0
    }
    range -= bound
    code -= bound
    of[index] = probability - (probability >> 5)
    normalize()
    return 1
  }
  /** A number of so many bits, the highest first; each bit's probability depends on those before it. */
  function tree(of: Uint16Array, from: number, bits: number): number {
    let node = 1
    for (let i = 0; i < bits; i++) node = 2 * node + bit(of, from + node)
    return node - (1 << bits)
  }
  function reverseTree(of: Uint16Array, from: number, bits: number): number {
    let node = 1
    let value = 0
    for (let i = 0; i < bits; i++) {
      const next = bit(of, from + node)
      node = 2 * node + next
      value |= next << i
    }
    return value
  }
  /** A number whose bits are 0 or 1 alike. */
  function directBits(bits: number): number {
    let value = 0
    for (let i = 0; i < bits; i++) {
      range >>>= 1
      const next = code >= range ? 1 : 0
      if (next === 1) code -= range
      value = 2 * value + next
      normalize()
    }
    return value
  }

  function lengthOf({ choice, short, long }: typeof lengths, positionState: number): number {
    if (bit(choice, 0) === 0) return 2 + tree(short, positionState << 3, 3)
    // The second trees follow the first, of 16 positions at most.
    if (bit(choice, 1) === 0) return 10 + tree(short, 128 + (positionState << 3), 3)
    return 18 + tree(long, 0, 8)
  }
  function distanceOf(matched: number): number {
    const slot = tree(slots, Math.min(matched - 2, lengthStates - 1) << 6, 6)
    if (slot < 4) return slot
    const bits = (slot >> 1) - 1
    const high = (2 | (slot & 1)) * 2 ** bits
    if (slot < firstDirectSlot) return high + reverseTree(nearBits, high - slot, bits)
    return high + directBits(bits - 4) * 16 + reverseTree(alignBits, 0, 4)
  }

  const bytes = new Uint8Array(length)
  let state = 0
  /** The last four distances, less 1. */
  let [d0, d1, d2, d3] = [0, 0, 0, 0]
  for (let to = 0; to < length; ) {
    const positionState = to & positionMask
    if (bit(isMatch, (state << 4) + positionState) === 0) {
      const before = to === 0 ? 0 : (bytes[to - 1] ?? 0)
      const context = ((to & ((1 << literalPosition) - 1)) << literalContext) + (before >> (8 - literalContext))
      const from = 0x300 * context
      let node = 1
      if (state > lastAfterLiteral) {
        // What stands where the last match would go on is probably not the byte, but like it.
        for (let expected = bytes[to - d0 - 1] ?? 0; node < 256; expected <<= 1) {
          const likely = (expected >> 7) & 1
          const next = bit(literals, from + ((1 + likely) << 8) + node)
          node = 2 * node + next
          if (next !== likely) break
        }
      }
      while (node < 256) node = 2 * node + bit(literals, from + node)
      bytes[to++] = node
      state = afterLiteral[state] ?? 0
      continue
    }
    let count: number
    if (bit(isRepeat, state) === 0) {
      count = lengthOf(lengths, positionState)
      ;[d0, d1, d2, d3] = [distanceOf(count), d0, d1, d2]
      state = state <= lastAfterLiteral ? 7 : 10
    } else {
      if (bit(isRepeat0, state) === 0) {
        if (bit(isRepeat0Long, (state << 4) + positionState) === 0) {
          bytes[to] = bytes[to - d0 - 1] ?? 0
          to++
          state = state <= lastAfterLiteral ? 9 : 11
          continue
        }
      } else if (bit(isRepeat1, state) === 0) {
        ;[d0, d1] = [d1, d0]
      } else if (bit(isRepeat2, state) === 0) {
        ;[d0, d1, d2] = [d2, d0, d1]
      } else {
        ;[d0, d1, d2, d3] = [d3, d0, d1, d2]
      }
      count = lengthOf(repeatLengths, positionState)
      state = state <= lastAfterLiteral ? 8 : 11
    }
    // Byte by byte: a match may go on into what it makes.
    for (const end = Math.min(to + count, length); to < end; to++) bytes[to] = bytes[to - d0 - 1] ?? 0
  }
  return bytes
}
