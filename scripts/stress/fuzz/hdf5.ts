/** Mutations of HDF5 files by structure: what points to another structure, and the numbers in and behind the headers of each. */

import type { Random } from '../../../src/core/random.ts'
import { edges, faults } from './bytes.ts'
import { pick } from './format.ts'

export interface Hdf5Places {
  readonly bytes: Uint8Array
  /** Numbers of 8 bytes that are addresses, or lengths, within the file. */
  readonly pointers: readonly number[]
  /** Where structures begin. */
  readonly structures: readonly number[]
}

/** Signatures of the structures that have one (HDF5 file format specification 3.0). */
const signatures = 'TREE SNOD HEAP GCOL OHDR OCHK FRHP FHDB FHIB BTHD BTLF BTIN FAHD FADB \x89HDF'.split(' ')

export function placesOf(bytes: Uint8Array): Hdf5Places {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1')
  const structures = signatures.flatMap((mark) => {
    const found: number[] = []
    for (let at = text.indexOf(mark); at !== -1; at = text.indexOf(mark, at + 1)) found.push(at)
    return found
  })
  const pointers: number[] = []
  for (let at = 0; at + 8 <= bytes.length; at++) {
    const value = view.getBigUint64(at, true)
    if (value > 0n && value <= bytes.length && value !== 0x20n) pointers.push(at)
  }
  // Object headers of the first version have no signature: what is pointed to, and begins with that version.
  for (const at of pointers) {
    const target = Number(view.getBigUint64(at, true))
    if (target % 8 === 0 && bytes[target] === 1 && bytes[target + 1] === 0) structures.push(target)
  }
  return { bytes, pointers, structures }
}

/** Some changes of a file's structures. */
export function mutateHdf5(random: Random, { bytes, pointers, structures }: Hdf5Places): Uint8Array {
  const out = new Uint8Array(bytes)
  const view = new DataView(out.buffer)
  for (let left = faults(random); left > 0; left--) {
    const place = pick(random, pointers)
    // Behind the start of a structure: versions, flags, types, counts, sizes.
    const near = Math.min(pick(random, structures) + random.integer(96), out.length - 8)
    switch (random.integer(6)) {
      case 0:
        // In a circle, or twice at the same.
        view.setBigUint64(place, BigInt(pick(random, structures)), true)
        break
      case 1:
        view.setBigUint64(place, view.getBigUint64(pick(random, pointers), true), true)
        break
      case 2:
        view.setBigUint64(place, BigInt(pick(random, [...edges, 2 ** 53, 2 ** 63, out.length, out.length - 8])), true)
        break
      case 3:
        view.setUint16(near, pick(random, edges) % 65_536, true)
        break
      case 4:
        view.setUint32(near, pick(random, edges), true)
        break
      default:
        out[near] = random.integer(3) === 0 ? random.integer(256) : random.integer(16)
    }
  }
  return out
}
