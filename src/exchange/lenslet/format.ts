/** Lenslet's own model file as a format among the others, so that it converts to and from all of them. */

import type { Format } from '../types.ts'

/** Its metadata, which we write first, names the format. */
const mark = new TextEncoder().encode('"lenslet.model"')

export const lenslet: Format = {
  name: 'Lenslet',
  endings: ['.lenslet'],
  is: (start) => start[8] === 0x7b && includes(start.subarray(8, 1024), mark),
  readModel: async (files) => (await import('./read.ts')).readLenslet(files),
  readTensors: async (files) => (await import('./read.ts')).readLensletTensors(files),
  writeModel: async (model, options) => (await import('./write.ts')).writeLenslet(model, options),
}

function includes(bytes: Uint8Array, part: Uint8Array): boolean {
  for (let at = bytes.indexOf(part[0] as number); at !== -1; at = bytes.indexOf(part[0] as number, at + 1)) {
    if (part.every((byte, index) => bytes[at + index] === byte)) return true
  }
  return false
}
