/** ZIP archives: bombs, entries on top of each other, lengths that are not there. `wrap` puts an entry where a reader looks. */

import { deflatedZip, type Entry, storedZip } from '../zip.ts'
import { type Hostile, hostile, large } from './types.ts'

/** Changes numbers of 4 bytes of the first entry, in its local header and in the directory. */
function withFields(zip: Uint8Array, changes: Readonly<Record<'packed' | 'size', number>>): Uint8Array {
  const out = new Uint8Array(zip)
  const view = new DataView(out.buffer)
  for (let at = 0; at + 30 <= out.length; at++) {
    const from = { 67324752: 18, 33639248: 20 }[view.getUint32(at, true)]
    if (from === undefined) continue
    view.setUint32(at + from, changes.packed, true)
    view.setUint32(at + from + 4, changes.size, true)
  }
  return out
}

/** The directory has the first entry `times` times. */
function overlapping(entry: Entry, times: number): Uint8Array {
  const zip = deflatedZip([entry])
  const view = new DataView(zip.buffer, zip.byteOffset)
  const end = zip.length - 22
  const from = view.getUint32(end + 16, true)
  const directory = zip.subarray(from, end)
  const last = zip.slice(end)
  const tail = new DataView(last.buffer)
  tail.setUint16(8, times, true)
  tail.setUint16(10, times, true)
  tail.setUint32(12, directory.length * times, true)
  return new Uint8Array(Buffer.concat([zip.subarray(0, from), ...Array<Uint8Array>(times).fill(directory), last]))
}

/** @param name of an entry that the reader unpacks @param good its contents @param bomb other contents, of 128 MB */
export function hostileZips(name: string, good: Uint8Array, bomb: () => Uint8Array): readonly Hostile[] {
  const entry = { name, bytes: good }
  return [
    hostile('an entry of 2 GB', () => withFields(storedZip([entry]), { packed: 2 ** 31, size: 2 ** 31 })),
    hostile('an entry that unpacks to 2 GB', () => withFields(deflatedZip([entry]), { packed: 20, size: 2 ** 31 })),
    hostile('an entry of 4 GB without its lengths', () =>
      withFields(storedZip([entry]), { packed: 0xffffffff, size: 0xffffffff }),
    ),
    hostile('60,000 entries at one place', () => overlapping(entry, 60_000)),
    hostile('a bomb', () => deflatedZip([{ name, bytes: bomb() }])),
    large('60,000 empty entries', () =>
      storedZip([entry, ...Array.from({ length: 60_000 }, (_, i) => ({ name: `e${i}`, bytes: new Uint8Array() }))]),
    ),
    hostile('an archive cut at its directory', () => storedZip([entry]).slice(0, -23)),
    large('nothing but an end', () => storedZip([]).slice(-22)),
  ]
}
