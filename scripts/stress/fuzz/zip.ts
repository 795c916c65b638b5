/** Mutations of ZIP archives by entry: names, lengths and places in the directory; checksums stay right where contents change. */

import { zipSync } from 'fflate'
import type { Random } from '../../../src/core/random.ts'
import { zipParts } from '../../../src/exchange/zipWrite.ts'
import { edges, faults, mutateBytes } from './bytes.ts'
import { pick } from './format.ts'

export interface Entry {
  readonly name: string
  readonly bytes: Uint8Array
}

/** Stored, as PyTorch, NumPy and Keras do it. */
export function storedZip(entries: readonly Entry[]): Uint8Array {
  return new Uint8Array(Buffer.concat([...zipParts(entries.map(({ name, bytes }) => ({ name, parts: [bytes] })))]))
}

export const deflatedZip = (entries: readonly Entry[]) =>
  zipSync(Object.fromEntries(entries.map(({ name, bytes }) => [name, bytes])), { mtime: '1980-01-01' })

const names = ['', '/', '..', '../x', '/etc/x', 'a\\b', '__proto__', 'x\0', '.npy', 'data.pkl', 'config.json']

/** Fields of an entry of the directory (APPNOTE 4.3.12), of a local header (4.3.7) and of the archive's end (4.3.16). */
type Places = readonly (readonly [place: number, size: 2 | 4])[]

const directory: Places = [
  [8, 2],
  [10, 2],
  [16, 4],
  [20, 4],
  [24, 4],
  [28, 2],
  [30, 2],
  [32, 2],
  [42, 4],
]

const local: Places = [
  [6, 2],
  [8, 2],
  [14, 4],
  [18, 4],
  [22, 4],
  [26, 2],
  [28, 2],
]

const end: Places = [
  [8, 2],
  [10, 2],
  [12, 4],
  [16, 4],
  [20, 2],
]
const headers: readonly (readonly [mark: number, places: Places])[] = [
  [0x02014b50, directory],
  [0x02014b50, directory],
  [0x04034b50, local],
  [0x06054b50, end],
]

/** Puts an edge into a field of a header, or the value of the same field of another header. */
function mutateHeader(random: Random, bytes: Uint8Array): Uint8Array {
  const out = new Uint8Array(bytes)
  const view = new DataView(out.buffer)
  const [mark, fields] = pick(random, headers)
  const places: number[] = []
  for (let at = 0; at + 22 <= out.length; at++) if (view.getUint32(at, true) === mark) places.push(at)
  if (places.length === 0) return out
  const at = pick(random, places)
  const [place, size] = pick(random, fields)
  const read = (from: number) => (size === 2 ? view.getUint16(from + place, true) : view.getUint32(from + place, true))
  const value = random.integer(2) === 0 ? read(pick(random, places)) + random.integer(3) - 1 : pick(random, edges)
  if (size === 2) view.setUint16(at + place, value, true)
  else view.setUint32(at + place, value, true)
  return out
}

/** An archive of the entries with some changes. `mutate` changes the contents of an entry. */
export function mutateZip(
  random: Random,
  entries: readonly Entry[],
  mutate: (random: Random, entry: Entry) => Uint8Array = (from, { bytes }) => mutateBytes(from, [bytes]),
): Uint8Array {
  let out = entries
  let broken = 0
  for (let left = faults(random); left > 0 && out.length > 0; left--) {
    const at = random.integer(out.length)
    const entry = out[at] as Entry
    const kind = random.integer(12)
    if (kind === 0) out = out.toSpliced(at, 1)
    else if (kind === 1) out = [...out, entry]
    else if (kind === 2)
      out = out.with(at, { ...entry, name: pick(random, [...names, ...out.map(({ name }) => name)]) })
    else if (kind === 3) out = out.with(at, { ...entry, bytes: pick(random, out).bytes })
    else if (kind === 4) broken++
    else out = out.with(at, { ...entry, bytes: mutate(random, entry) })
  }
  // fflate cannot write that name.
  const canDeflate = out.every(({ name }) => name !== '__proto__')
  let bytes = random.integer(3) === 0 && canDeflate ? deflatedZip(out) : storedZip(out)
  for (; broken > 0; broken--) bytes = mutateHeader(random, bytes)
  return bytes
}
