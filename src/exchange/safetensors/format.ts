/** safetensors: arrays by name, without a network. */

import type { Format } from '../types.ts'

export const safetensors: Format = {
  name: 'safetensors',
  endings: ['.safetensors'],
  // Eight bytes of length, of which the upper ones are zero, and JSON.
  is: (start) => start[8] === 0x7b && start[5] === 0 && start[6] === 0 && start[7] === 0,
  readTensors: async (files) => (await import('./files.ts')).readSafetensorsFile(files),
  writeTensors: async (tensors) => (await import('./files.ts')).writeSafetensorsFile(tensors),
}
