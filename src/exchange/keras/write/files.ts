/** Models as files of Keras: `.h5`, and the archives of Keras 3 (`.keras`). */

import { ArgumentError } from '../../../core/errors.ts'
import { hdf5Parts, type NewArray, type NewGroup } from '../../hdf5/write.ts'
import type { ExportedModel, WriteOptions } from '../../types.ts'
import { lazyParts, zipParts } from '../../zipWrite.ts'
import { infoText } from '../info.ts'
import { snakeCase } from '../storeWeights.ts'
import { configOf, kerasVersion } from './config.ts'
import { kerasLayersOf } from './graph.ts'
import type { WrittenLayer } from './writing.ts'

/** Throws `UnsupportedModelError` for layers that Keras does not have. */
export function writeKerasH5(model: ExportedModel, options: WriteOptions = {}): Iterable<Uint8Array> {
  refuseHalf(options)
  const written = kerasLayersOf(model, 'keras')
  const groups = written.layers.map(({ name, arrays }): [string, NewGroup] => [
    name,
    {
      entries: new Map([[name, { entries: new Map(arrays.map((array) => [array.name, array])) }]]),
      attributes: new Map([['weight_names', arrays.map((array) => `${name}/${array.name}`)]]),
    },
  ])
  const weights: NewGroup = {
    entries: new Map(groups.map(([name, group]) => [name, withoutEmpty(group)])),
    attributes: new Map<string, string | readonly string[]>([
      ...named(
        'layer_names',
        written.layers.map(({ name }) => name),
      ),
      ['backend', 'tensorflow'],
      ['keras_version', kerasVersion],
    ]),
  }
  return hdf5Parts({
    entries: new Map([['model_weights', weights]]),
    attributes: new Map([
      ['model_config', JSON.stringify(configOf(written, 'keras'))],
      ['backend', 'tensorflow'],
      ['keras_version', kerasVersion],
      ['lenslet', infoText(model.info)],
    ]),
  })
}

function refuseHalf({ half }: WriteOptions): void {
  if (half !== true) return
  throw new ArgumentError('Keras files are written with 32-bit floats', {
    received: 'half',
    expected: 'no --half',
    advice: 'write ONNX or TensorFlow.js (.tfjs.json) for 16-bit floats',
  })
}

/** A layer without weights has an empty group. */
function withoutEmpty(group: NewGroup): NewGroup {
  const [inner] = group.entries.values()
  return inner !== undefined && 'entries' in inner && inner.entries.size === 0
    ? { ...group, entries: new Map() }
    : group
}

/** Longer lists than an attribute can hold are cut as Keras cuts them: layer_names0, layer_names1, … */
function named(name: string, names: readonly string[]): readonly (readonly [string, readonly string[]])[] {
  const width = Math.max(1, ...names.map((each) => new TextEncoder().encode(each).length))
  const most = Math.max(1, Math.floor(60_000 / width))
  if (names.length <= most) return [[name, names]]
  const count = Math.ceil(names.length / most)
  return Array.from({ length: count }, (_, part) => [`${name}${part}`, names.slice(part * most, (part + 1) * most)])
}

/** Throws `UnsupportedModelError` for layers that Keras does not have. */
export function writeKeras(model: ExportedModel, options: WriteOptions = {}): Iterable<Uint8Array> {
  refuseHalf(options)
  const written = kerasLayersOf(model, 'keras')
  const text = (value: unknown) => [new TextEncoder().encode(JSON.stringify(value))]
  const metadata = { keras_version: kerasVersion, date_saved: '1980-01-01@00:00:00', lenslet: infoText(model.info) }
  const weights = storeOf(written.layers)
  return zipParts([
    { name: 'metadata.json', parts: text(metadata) },
    { name: 'config.json', parts: text(configOf(written, 'keras')) },
    { name: 'model.weights.h5', parts: lazyParts(() => hdf5Parts(weights)) },
  ])
}

/** Groups by the classes of the layers, numbered from the first of each. */
function storeOf(layers: readonly WrittenLayer[]): NewGroup {
  const counts = new Map<string, number>()
  const groups = layers.map(({ type, name, arrays }): [string, NewGroup] => {
    const stem = snakeCase(type)
    const count = counts.get(stem) ?? 0
    counts.set(stem, count + 1)
    const vars: NewGroup = {
      entries: new Map(arrays.map((array, index): [string, NewArray] => [`${index}`, array])),
      attributes: new Map([['name', name]]),
    }
    return [count === 0 ? stem : `${stem}_${count}`, { entries: new Map([['vars', vars]]) }]
  })
  const none: NewGroup = { entries: new Map() }
  return {
    entries: new Map([
      ['layers', { entries: new Map(groups) }],
      ['vars', none],
    ]),
  }
}
