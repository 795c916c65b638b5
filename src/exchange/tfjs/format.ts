/** TensorFlow.js: layers-models, `model.json` and the shards beside it. */

import type { Format } from '../types.ts'

const marks = /"(modelTopology|weightsManifest)"|"format"\s*:\s*"(layers|graph)-model"/

export const tfjs: Format = {
  name: 'TensorFlow.js',
  endings: ['.json'],
  is: (start) => marks.test(String.fromCharCode(...start.subarray(0, 1024))),
  readModel: async (files) => (await import('./read.ts')).readTfjs(files),
  readTensors: async (files) => (await import('./read.ts')).readTfjsTensors(files),
}
