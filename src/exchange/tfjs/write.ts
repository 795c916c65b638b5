/**
 * Writes a layers-model of TensorFlow.js: `digits.tfjs.json` with the configuration, and the weights in one file beside it,
 * which `tf.loadLayersModel` fetches by the name that the first says.
 */

import { halfBytes } from '../half.ts'
import { infoText } from '../keras/info.ts'
import { configOf } from '../keras/write/config.ts'
import { kerasLayersOf } from '../keras/write/graph.ts'
import type { ExportedModel, WriteOptions, WrittenFiles } from '../types.ts'

/**
 * @param name of the file, whose ending is replaced for that of the weights
 * @throws {UnsupportedModelError} layers that TensorFlow.js does not have
 */
export function writeTfjs(model: ExportedModel, { half }: WriteOptions, name: string): WrittenFiles {
  const written = kerasLayersOf(model, 'tfjs')
  const arrays = written.layers.flatMap((layer) =>
    layer.arrays.map((array) => ({ ...array, name: `${layer.name}/${array.name}` })),
  )
  const weights = `${name.replace(/\.json$/i, '')}.bin`
  const quantization = half === true ? { quantization: { dtype: 'float16', original_dtype: 'float32' } } : {}
  const document = {
    format: 'layers-model',
    generatedBy: 'keras v2.15.0',
    convertedBy: 'lenslet',
    modelTopology: { keras_version: '2.15.0', backend: 'tensorflow', model_config: configOf(written, 'tfjs') },
    weightsManifest: [
      {
        paths: [weights],
        weights: arrays.map((array) => ({ name: array.name, shape: array.shape, dtype: 'float32', ...quantization })),
      },
    ],
    userDefinedMetadata: { lenslet: infoText(model.info) },
  }
  function* values() {
    for (const array of arrays) {
      const { buffer, byteOffset, byteLength } = half === true ? halfBytes(array.values(), array.name) : array.values()
      yield new Uint8Array(buffer, byteOffset, byteLength)
    }
  }
  return {
    main: [new TextEncoder().encode(JSON.stringify(document))],
    beside: new Map([[weights, { [Symbol.iterator]: values }]]),
  }
}
