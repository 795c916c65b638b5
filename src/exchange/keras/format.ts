/** Keras: HDF5 files of every version (`.h5`), and the archives of Keras 3 (`.keras`). */

import type { Format } from '../types.ts'

export const kerasH5: Format = {
  name: 'Keras HDF5',
  endings: ['.h5', '.hdf5'],
  is: (start) => [0x89, 0x48, 0x44, 0x46, 0x0d, 0x0a, 0x1a, 0x0a].every((byte, index) => start[index] === byte),
  readModel: async (files, open) => (await import('./readH5.ts')).readKerasH5(files, open),
  readTensors: async (files) => (await import('./readH5.ts')).readH5Tensors(files),
  writeModel: async (model, options) => (await import('./write/files.ts')).writeKerasH5(model, options),
}

/** The first entry of a ZIP archive of Keras. */
const firstEntries = ['metadata.json', 'config.json', 'model.weights.h5']
/** Before the name of an entry. */
const localHeader = 30

export const keras: Format = {
  name: 'Keras',
  endings: ['.keras'],
  is(start) {
    const [p, k, three, four] = start
    const name = String.fromCharCode(...start.subarray(localHeader, localHeader + 20))
    return p === 0x50 && k === 0x4b && three === 3 && four === 4 && firstEntries.some((each) => name.startsWith(each))
  },
  readModel: async (files, open) => (await import('./readKeras.ts')).readKeras(files, open),
  readTensors: async (files) => (await import('./readKeras.ts')).readKerasTensors(files),
  writeModel: async (model, options) => (await import('./write/files.ts')).writeKeras(model, options),
}
