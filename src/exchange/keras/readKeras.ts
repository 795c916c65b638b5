/** Reads the archives of Keras 3 (`.keras`): `config.json`, `metadata.json` and `model.weights.h5`. */

import { ForeignFileError } from '../errors.ts'
import { arraysBelow, type Hdf5Object, openHdf5 } from '../hdf5/file.ts'
import { utf8 } from '../hdf5/source.ts'
import { openFile } from '../openFile.ts'
import type { ImportedModel, ModelFiles, OpenSizes, TensorFile } from '../types.ts'
import { readZip, type ZipEntry } from '../zip.ts'
import { buildModel } from './build.ts'
import { readGraph } from './graph.ts'
import { withInfo } from './info.ts'
import { readJson } from './json.ts'
import { isObject } from './settings.ts'
import { storeWeights } from './storeWeights.ts'
import { datasetTensor } from './values.ts'

/** A configuration of 10,000 layers has 10 MB. */
const longestText = 64 * 2 ** 20

export async function readKeras(files: ModelFiles, open: OpenSizes = {}): Promise<ImportedModel> {
  const entries = readZip(await openFile(files), files.name)
  const graph = readGraph(readJson(textOf(entries, 'config.json'), 'config.json'))
  const metadata = entries.has('metadata.json')
    ? readJson(textOf(entries, 'metadata.json'), 'metadata.json')
    : undefined
  const version = isObject(metadata) && typeof metadata.keras_version === 'string' ? metadata.keras_version : '3.0'
  const model = buildModel(graph, storeWeights(weightsIn(entries)), version, open)
  return isObject(metadata) ? { ...model, info: withInfo(model.info, metadata.lenslet) } : model
}

export async function readKerasTensors(files: ModelFiles): Promise<TensorFile> {
  const root = weightsIn(readZip(await openFile(files), files.name))
  const isWeight = (path: string) => !path.startsWith('optimizer/')
  const all = [...arraysBelow(root)]
  const tensors = new Map(all.filter(({ path }) => isWeight(path)).map((each) => [each.path, datasetTensor(each)]))
  const left = all.length - tensors.size
  return { tensors, notes: left === 0 ? [] : [`${left} arrays of the optimizer were left out`] }
}

const weightsIn = (entries: ReadonlyMap<string, ZipEntry>): Hdf5Object =>
  openHdf5(entryOf(entries, 'model.weights.h5').range())

function textOf(entries: ReadonlyMap<string, ZipEntry>, name: string): string {
  const entry = entryOf(entries, name)
  if (entry.size <= longestText) return utf8(entry.bytes())
  throw new ForeignFileError(`${name} is too long`, {
    received: `${entry.size} bytes`,
    expected: `at most ${longestText}`,
  })
}

function entryOf(entries: ReadonlyMap<string, ZipEntry>, name: string): ZipEntry {
  const found = entries.get(name)
  if (found !== undefined) return found
  throw new ForeignFileError(`the archive has no ${name}`, {
    received: [...entries.keys()].slice(0, 8).join(', '),
    expected: 'config.json, metadata.json and model.weights.h5',
    advice: 'save the model again with model.save("model.keras")',
  })
}
