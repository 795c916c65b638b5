/** Reads layers-models of TensorFlow.js: `model.json` with the configuration of a Keras model, and shards beside it. */

import { printable } from '../../core/text.ts'
import { storedTensor } from '../../model/safetensors/tensor.ts'
import { ForeignFileError, UnsupportedModelError } from '../errors.ts'
import { utf8 } from '../hdf5/source.ts'
import { buildModel } from '../keras/build.ts'
import { readGraph } from '../keras/graph.ts'
import { missing } from '../keras/h5Weights.ts'
import { withInfo } from '../keras/info.ts'
import { readJson } from '../keras/json.ts'
import { isObject, type Json, shown } from '../keras/settings.ts'
import { findByName, type KerasWeights } from '../keras/weights.ts'
import type { ImportedModel, ModelFiles, OpenSizes, TensorFile } from '../types.ts'
import { readManifest, type TfjsArray } from './manifest.ts'

export async function readTfjs(files: ModelFiles, open: OpenSizes = {}): Promise<ImportedModel> {
  const model = await readDocument(files)
  const { modelTopology: topology } = model
  if (!isObject(topology)) throw notTfjs('modelTopology must be an object', topology)
  // Models that TensorFlow.js saved itself have the configuration without the frame of Keras's HDF5 files.
  const config = isObject(topology.model_config) ? topology.model_config : topology
  const version = typeof topology.keras_version === 'string' ? topology.keras_version : undefined
  const arrays = await readManifest(files, model.weightsManifest)
  const read = buildModel(readGraph(config), tfjsWeights(arrays), version, open)
  const { userDefinedMetadata: metadata } = model
  return isObject(metadata) ? { ...read, info: withInfo(read.info, metadata.lenslet) } : read
}

export async function readTfjsTensors(files: ModelFiles): Promise<TensorFile> {
  const { weightsManifest } = await readDocument(files)
  const arrays = await readManifest(files, weightsManifest)
  return { tensors: new Map([...arrays].map(([name, array]) => [name, tensorOf(name, array)])), notes: [] }
}

/** Integers that stand for other values come out as those values. */
function tensorOf(name: string, { shape, dtype, bytes, fill, isQuantized }: TfjsArray) {
  if (!isQuantized) return storedTensor(name, { dtype, shape, from: 0, to: bytes.length }, bytes)
  const values = new Float32Array(shape.reduce((product, side) => product * side, 1))
  fill(values)
  const decoded = new Uint8Array(values.buffer)
  return storedTensor(name, { dtype: 'F32', shape, from: 0, to: decoded.length }, decoded)
}

async function readDocument(files: ModelFiles): Promise<Json> {
  const model = readJson(utf8(await files.read()), 'model.json')
  if (!isObject(model)) throw notTfjs('the file is no model of TensorFlow.js', model)
  const { modelTopology: topology } = model
  const isGraph = model.format === 'graph-model' || (isObject(topology) && Array.isArray(topology.node))
  if (!isGraph) return model
  throw new UnsupportedModelError('the model is a graph of TensorFlow, not of layers', {
    received: 'format graph-model',
    expected: 'format layers-model',
    advice: 'convert it from the original to ONNX (tf2onnx), or save the Keras model for TensorFlow.js as layers',
  })
}

/** Names are those of Keras's variables: `conv1/kernel`, also with names of models before. */
function tfjsWeights(arrays: ReadonlyMap<string, TfjsArray>): KerasWeights {
  const paths = [...arrays.keys()]
  return {
    arrays(place, names) {
      const { models, layer } = place
      const layers = new Set(models.flatMap(({ graph }) => graph.layers.map((each) => each.name)))
      const inside = models.flatMap(({ layer: model }) => (model === undefined ? [] : [model.name]))
      // Two models may have layers of one name; the path of each then has the model's.
      const own = paths.filter((path) => inside.every((model) => path.split('/').includes(model)))
      const isLayer = (name: string) => layers.has(name)
      const found = findByName(own, layer.name, isLayer, names) ?? findByName(paths, layer.name, isLayer, names)
      if (found === undefined) throw missing(place, names, paths)
      return found.map((path) => arrays.get(path) as TfjsArray)
    },
  }
}

function notTfjs(message: string, received: unknown): ForeignFileError {
  return new ForeignFileError(message, {
    received: printable(shown(received)),
    expected: 'a model.json of TensorFlow.js, with modelTopology and weightsManifest',
    advice: 'check the path',
  })
}
