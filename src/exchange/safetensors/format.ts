/** safetensors: arrays by name, without a network. */

import type { Format } from '../types.ts'

export const safetensors: Format = {
  name: 'safetensors',
  endings: ['.safetensors'],
  // Eight bytes with the length of the header, which is a JSON object.
  is: (start) => start.length > 9 && start[8] === 0x7b && start[6] === 0 && start[7] === 0,
  readTensors: async (files) => (await import('./files.ts')).readSafetensorsFile(files),
  writeTensors: async (tensors) => (await import('./files.ts')).writeSafetensorsFile(tensors),
}
