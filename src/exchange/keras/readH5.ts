/** Reads Keras's HDF5 files (`.h5`, `.hdf5`): whole models, and arrays by name. */

import { ForeignFileError, WeightsOnlyError } from '../errors.ts'
import { arraysBelow, type Hdf5Object, openHdf5 } from '../hdf5/file.ts'
import { openFile } from '../openFile.ts'
import type { ImportedModel, ModelFiles, OpenSizes, TensorFile } from '../types.ts'
import { buildModel } from './build.ts'
import { readGraph } from './graph.ts'
import { h5Weights } from './h5Weights.ts'
import { withInfo } from './info.ts'
import { readJson } from './json.ts'
import { datasetTensor } from './values.ts'

export async function readKerasH5(files: ModelFiles, open: OpenSizes = {}): Promise<ImportedModel> {
  const root = openHdf5(await openFile(files))
  const config = text(root, 'model_config')
  if (config === undefined) {
    throw new WeightsOnlyError('the file has weights, but no model', {
      received: 'an HDF5 file without the attribute model_config',
      expected: 'a file that model.save() wrote',
      advice: 'save the whole model, or convert the weights with --network',
    })
  }
  const weights = root.at('model_weights')
  if (weights === undefined) throw new ForeignFileError('the file has a model, but no weights')
  const graph = readGraph(readJson(config, 'the configuration of the model'))
  const version = text(root, 'keras_version') ?? text(weights, 'keras_version')
  const model = buildModel(graph, h5Weights(weights), version, open)
  return { ...model, info: withInfo(model.info, text(root, 'lenslet')) }
}

export async function readH5Tensors(files: ModelFiles): Promise<TensorFile> {
  const root = openHdf5(await openFile(files))
  const weights = root.at('model_weights')
  const tensors = new Map([...arraysBelow(weights ?? root)].map((each) => [nameOf(each.path), datasetTensor(each)]))
  const left = root.names().filter((name) => weights !== undefined && name !== 'model_weights')
  return { tensors, notes: left.map((name) => `${name} was left out: it is not a weight of the model`) }
}

/** `conv1/kernel` of `model_weights/conv1/conv1/kernel:0` is not unique by itself, so the path is kept, without the group. */
function nameOf(path: string): string {
  return path.replace(/^model_weights\//, '')
}

function text({ attributes }: Hdf5Object, name: string): string | undefined {
  return attributes.get(name)?.texts()[0]
}
