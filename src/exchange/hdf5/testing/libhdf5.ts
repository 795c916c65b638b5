/** Writes HDF5 files with libhdf5 (h5wasm), which is what Keras writes them with, for tests. */

import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { File, type Group, ready } from 'h5wasm/node'

/** `earliest` is h5py's default; `latest` uses the newer structures. */
export type Version = 'earliest' | 'latest'

export async function hdf5File(version: Version, write: (root: Group) => void): Promise<Uint8Array> {
  await ready
  const folder = mkdtempSync(join(tmpdir(), 'lenslet-hdf5-'))
  try {
    const path = join(folder, 'file.h5')
    const file = new File(path, 'w', version === 'latest' ? { libver: 'latest' } : {})
    write(file)
    file.close()
    return new Uint8Array(readFileSync(path))
  } finally {
    rmSync(folder, { recursive: true })
  }
}
