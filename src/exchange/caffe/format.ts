/** Caffe: a network as text (`.prototxt`) with its weights beside it (`.caffemodel`), or both in one `.caffemodel`. */

import type { Format } from '../types.ts'

export const caffe: Format = {
  name: 'Caffe',
  endings: ['.prototxt', '.caffemodel'],
  is: (start) => isText(start.subarray(0, 4096)),
  readModel: async (files) => (await import('./read.ts')).readCaffe(files),
  readTensors: async (files) => (await import('./tensors.ts')).readCaffeTensors(files),
}

/** Of a `.prototxt` with another ending (`.txt`): a layer or an input in the text format. */
function isText(start: Uint8Array): boolean {
  if (start.includes(0)) return false
  const text = new TextDecoder().decode(start)
  return /^\s*(layers?\s*:?\s*\{|input\s*:\s*["'])/m.test(text) && /(bottom|top|input)\s*:\s*["']/.test(text)
}
