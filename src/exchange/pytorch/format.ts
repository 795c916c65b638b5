/** PyTorch's files of arrays by name (state dicts): zip archives, and the older streams of pickles. */

import type { Format } from '../types.ts'
import { isZip } from '../zip.ts'

/** A pickle of protocol 2 whose first value is the number that marks PyTorch's older files. */
const legacy = [0x80, 2, 0x8a, 0x0a, 0x6c, 0xfc, 0x9c, 0x46, 0xf9, 0x20, 0x6a, 0xa8, 0x50, 0x19]

export const pytorch: Format = {
  name: 'PyTorch',
  endings: ['.pt', '.pth', '.th', '.bin', '.ckpt'],
  is: (start) => legacy.every((byte, index) => start[index] === byte) || (isZip(start) && new TextDecoder('latin1').decode(start.slice(30, 300)).includes('data.pkl')),
  readTensors: async (files) => (await import('./read.ts')).readPytorch(files),
  writeTensors: async (tensors) => (await import('./write.ts')).writePytorch(tensors),
}
