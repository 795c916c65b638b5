/** safetensors: arrays by name, without a network. */

import { lenslet } from '../lenslet/format.ts'
import type { Format } from '../types.ts'

export const safetensors: Format = {
  name: 'safetensors',
  endings: ['.safetensors'],
  // Eight bytes with the length of the header, which is a JSON object. With a network in it, the file is a model of our own.
  is: (start) =>
    start.length > 9 && start[8] === 0x7b && start[6] === 0 && start[7] === 0 && lenslet.is?.(start) !== true,
  readTensors: async (files) => (await import('./files.ts')).readSafetensorsFile(files),
  writeTensors: async (tensors) => (await import('./files.ts')).writeSafetensorsFile(tensors),
}
