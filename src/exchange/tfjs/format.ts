/** TensorFlow.js: layers-models, `model.json` and the shards beside it. */

import type { Format } from '../types.ts'

const marks = /"(modelTopology|weightsManifest)"|"format"\s*:\s*"(layers|graph)-model"/

const reading = {
  name: 'TensorFlow.js',
  is: (start: Uint8Array) => marks.test(String.fromCharCode(...start.subarray(0, 1024))),
  readModel: async (files, open) => (await import('./read.ts')).readTfjs(files, open),
  readTensors: async (files) => (await import('./read.ts')).readTfjsTensors(files),
} satisfies Omit<Format, 'endings'>

export const tfjs: Format = { ...reading, endings: ['.json'] }

/** The ending by which it is written, as `.json` alone is a network of ours. */
export const tfjsModel: Format = {
  ...reading,
  endings: ['.tfjs.json'],
  writeFiles: async (model, options, name) => (await import('./write.ts')).writeTfjs(model, options, name),
}
