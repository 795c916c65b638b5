/** Keras: HDF5 files of every version (`.h5`), and the archives of Keras 3 (`.keras`). */

import type { Format } from '../types.ts'

export const kerasH5: Format = {
  name: 'Keras HDF5',
  endings: ['.h5', '.hdf5'],
  is: (start) => [0x89, 0x48, 0x44, 0x46, 0x0d, 0x0a, 0x1a, 0x0a].every((byte, index) => start[index] === byte),
  readModel: async (files) => (await import('./readH5.ts')).readKerasH5(files),
  readTensors: async (files) => (await import('./readH5.ts')).readH5Tensors(files),
}
