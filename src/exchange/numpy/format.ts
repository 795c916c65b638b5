/** NumPy's .npy, one array without a name, and .npz, an archive of arrays by name. */

import type { Format } from '../types.ts'

export const npy: Format = {
  name: 'NumPy',
  endings: ['.npy'],
  is: (start) => [0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59].every((byte, index) => start[index] === byte),
  readTensors: async (files) => (await import('./files.ts')).readNpyFile(files),
  writeTensors: async (tensors) => (await import('./files.ts')).writeNpyFile(tensors),
}

export const npz: Format = {
  name: 'NumPy arrays by name',
  endings: ['.npz'],
  readTensors: async (files) => (await import('./files.ts')).readNpzFile(files),
  writeTensors: async (tensors) => (await import('./files.ts')).writeNpzFile(tensors),
}
