/** Mutations of pickles by instruction: each stays whole, so that the stack, the memo and what is called go wrong, not the lengths. */

import type { Random } from '../../../src/core/random.ts'
import { edges, faults, mutateBytes } from './bytes.ts'
import { encode, pick } from './format.ts'

/** An instruction with its argument. */
type Instruction = Uint8Array

/** Bytes behind the code; `line`: up to a line break; `text`: a length in this number of bytes, and the text. Others have none. */
const fixed: Readonly<Record<string, number>> = { K: 1, M: 2, J: 4, G: 8, q: 1, r: 4, h: 1, j: 4, '\x80': 1, '\x95': 8 }
const lines: Readonly<Record<string, number>> = { c: 2, I: 1, L: 1, F: 1, V: 1, S: 1, P: 1, p: 1, g: 1 }
const texts: Readonly<Record<string, number>> = {
  X: 4,
  T: 4,
  B: 4,
  '\x8b': 4,
  U: 1,
  C: 1,
  '\x8c': 1,
  '\x8a': 1,
  '\x8d': 8,
  '\x8e': 8,
}

/** Of a valid pickle, or of several one after the other; what follows the last is left out. */
export function instructionsOf(bytes: Uint8Array): readonly Instruction[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const found: Instruction[] = []
  for (let at = 0; at < bytes.length; ) {
    const code = String.fromCharCode(bytes[at] as number)
    let end = at + 1 + (fixed[code] ?? 0)
    for (let left = lines[code] ?? 0; left > 0; left--) end = bytes.indexOf(10, end) + 1
    const size = texts[code]
    if (size !== undefined) end += size + (size === 1 ? view.getUint8(at + 1) : view.getUint32(at + 1, true))
    found.push(bytes.subarray(at, end))
    at = end
  }
  return found
}

const little = (value: number, size: number) =>
  Array.from({ length: size }, (_, i) => Math.floor(value / 256 ** i) % 256)
const code = (text: string, ...rest: readonly number[]) => Uint8Array.from([...encode(text), ...rest])

const globals = (
  'torch FloatStorage|torch HalfStorage|torch BoolStorage|torch.storage UntypedStorage|torch._utils _rebuild_tensor_v2|' +
  'torch._utils _rebuild_tensor_v3|torch._utils _rebuild_parameter|torch._tensor _rebuild_from_type_v2|' +
  'collections OrderedDict|torch float32|torch int8|torch Size|os system|builtins eval|__builtin__ getattr|numpy ndarray|' +
  'torch.nn Linear|__main__ Model|torch._utils __proto__'
).split('|')

/** Instructions that a pickle may have anywhere. */
function drawn(random: Random): Instruction {
  const edge = pick(random, edges)
  switch (random.integer(8)) {
    case 0:
      return code(`c${pick(random, globals).replace(' ', '\n')}\n`)
    case 1:
      return code('J', ...little(edge, 4))
    case 2:
      return Uint8Array.from([0x8a, 8, ...little(pick(random, [edge, 2 ** 53, 2 ** 63]), 8)])
    case 3:
      return code('h', random.integer(16))
    case 4:
      return code('q', random.integer(16))
    case 5:
      return code('X', ...little(3, 4), 97, 98, 99)
    case 6:
      return code(
        'G',
        ...pick(random, [
          [0x7f, 0xf8],
          [0x7f, 0xf0],
          [0x41, 0xdf],
          [0xbf, 0xf0],
        ]),
        0,
        0,
        0,
        0,
        0,
        0,
      )
    default:
      return Uint8Array.from(encode(pick(random, [...'()]}tlduseab012NQR.'])))
  }
}

/** Some changes of a pickle's instructions. */
export function mutatePickle(random: Random, instructions: readonly Instruction[]): Uint8Array {
  let out = instructions
  for (let left = faults(random); left > 0 && out.length > 0; left--) {
    const at = random.integer(out.length)
    const own = out[at] as Instruction
    switch (random.integer(7)) {
      case 0:
        out = out.toSpliced(at, 1)
        break
      case 1:
        out = out.toSpliced(random.integer(out.length + 1), 0, own)
        break
      case 2:
        out = out.toSpliced(at, 1, drawn(random))
        break
      case 3:
        out = out.toSpliced(at, 0, drawn(random))
        break
      case 4: {
        // A run of them again, elsewhere: a tensor within a tensor, a dictionary within itself.
        const run = out.slice(at, at + 1 + random.integer(20))
        out = out.toSpliced(random.integer(out.length + 1), 0, ...run)
        break
      }
      case 5: {
        // Another number of the same kind: a size, a stride, an offset, a count, a place of the memo.
        const isNumber = (each: Instruction) => 'KMJhqrj'.includes(String.fromCharCode(each[0] as number))
        const places = out.flatMap((each, index) => (isNumber(each) ? [index] : []))
        const place = places.length === 0 ? at : pick(random, places)
        const { length } = out[place] as Instruction
        const value = random.integer(2) === 0 ? random.integer(32) : pick(random, edges)
        out = out.with(place, Uint8Array.from([(out[place] as Instruction)[0] as number, ...little(value, length - 1)]))
        break
      }
      default:
        out = out.with(at, mutateBytes(random, [own]))
    }
  }
  return new Uint8Array(Buffer.concat(out))
}
