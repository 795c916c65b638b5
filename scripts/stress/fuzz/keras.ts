/** Models of Keras: HDF5 files, the archives of Keras 3, and TensorFlow.js's layers-models. */

import type { Random } from '../../../src/core/random.ts'
import { hdf5File } from '../../../src/exchange/hdf5/testing/libhdf5.ts'
import { readH5Tensors, readKerasH5 } from '../../../src/exchange/keras/readH5.ts'
import { readKeras, readKerasTensors } from '../../../src/exchange/keras/readKeras.ts'
import { readTfjs, readTfjsTensors } from '../../../src/exchange/tfjs/read.ts'
import { mutateBytes } from './bytes.ts'
import { checkArrays, checkModel } from './exchange.ts'
import { encode, type Format, pick } from './format.ts'
import { mutateHdf5, placesOf } from './hdf5.ts'
import { hostileConfigs, hostileTfjs } from './hostile/keras.ts'
import { hostileZips } from './hostile/zip.ts'
import { mutateJson } from './json.ts'
import { mutateZip, storedZip } from './zip.ts'

const layer = (type: string, name: string, config: object = {}) => ({ class_name: type, config: { name, ...config } })
const start = { batch_input_shape: [null, 6, 6, 2] }

/** A graph in the form of Keras 2, with a branch. */
const graph = {
  class_name: 'Functional',
  config: {
    name: 'small',
    layers: [
      ['InputLayer', 'x', start, []],
      ['Rescaling', 'bytes', { scale: 1 / 255, offset: 0 }, ['x']],
      [
        'Conv2D',
        'conv',
        { filters: 2, kernel_size: [3, 3], strides: [1, 1], padding: 'same', use_bias: true },
        ['bytes'],
      ],
      [
        'BatchNormalization',
        'norm',
        { axis: [3], epsilon: 1e-3, momentum: 0.99, scale: false, center: true },
        ['conv'],
      ],
      ['Activation', 'act', { activation: 'hard_sigmoid' }, ['norm']],
      ['MaxPooling2D', 'pool', { pool_size: [2, 2], strides: null, padding: 'valid' }, ['act']],
      [
        'ZeroPadding2D',
        'pad',
        {
          padding: [
            [0, 1],
            [0, 1],
          ],
        },
        ['pool'],
      ],
      [
        'Cropping2D',
        'crop',
        {
          cropping: [
            [0, 1],
            [0, 1],
          ],
        },
        ['pad'],
      ],
      ['UpSampling2D', 'up', { size: [2, 2], interpolation: 'nearest' }, ['crop']],
      ['Add', 'sum', {}, ['up', 'conv']],
      ['Concatenate', 'both', { axis: -1 }, ['sum', 'act']],
      ['GlobalAveragePooling2D', 'mean', { keepdims: false }, ['both']],
      ['Dense', 'fc', { units: 3, activation: 'softmax', use_bias: true }, ['mean']],
    ].map(([type, name, config, from]) => ({
      ...layer(type as string, name as string, config as object),
      name,
      inbound_nodes: (from as string[]).length === 0 ? [] : [(from as string[]).map((each) => [each, 0, 0, {}])],
    })),
    input_layers: [['x', 0, 0]],
    output_layers: [['fc', 0, 0]],
  },
}

/** The arrays of both models, by layer, in Keras's order. */
const arrays: Readonly<Record<string, Readonly<Record<string, readonly number[]>>>> = {
  conv: { kernel: [3, 3, 2, 2], bias: [2] },
  norm: { beta: [2], moving_mean: [2], moving_variance: [2] },
  fc: { kernel: [4, 3], bias: [3] },
}

const chainArrays: typeof arrays = {
  conv: { kernel: [3, 3, 2, 2], bias: [2] },
  norm: { beta: [2], moving_mean: [2], moving_variance: [2] },
  fc: { kernel: [18, 3], bias: [3] },
}

/** A chain in the form of Keras 3, with a model as one of its layers. */
const chain = {
  class_name: 'Sequential',
  config: {
    name: 'small',
    layers: [
      layer('InputLayer', 'x', { batch_shape: [null, 6, 6, 2] }),
      layer('Conv2D', 'conv', {
        filters: 2,
        kernel_size: [3, 3],
        strides: [2, 2],
        padding: 'same',
        activation: 'gelu',
      }),
      {
        class_name: 'Sequential',
        config: {
          name: 'inner',
          layers: [
            layer('InputLayer', 'y', { batch_shape: [null, 3, 3, 2] }),
            layer('BatchNormalization', 'norm', { axis: -1, scale: false }),
          ],
        },
      },
      layer('ReLU', 'relu', { max_value: 3, negative_slope: 0, threshold: 0 }),
      layer('Reshape', 'shape', { target_shape: [1, -1, 2] }),
      layer('Flatten', 'flat', { data_format: 'channels_last' }),
      layer('Dropout', 'drop', { rate: 0.5 }),
      layer('Dense', 'fc', { units: 3, activation: { class_name: 'LeakyReLU', config: { alpha: 0.1 } } }),
    ],
  },
}

const sizeOf = (shape: readonly number[]) => shape.reduce((product, side) => product * side, 1)
const valuesOf = (shape: readonly number[]) => Float32Array.from({ length: sizeOf(shape) }, (_, at) => at / 8 - 1)

/** Room behind a configuration, so that a mutated one takes the place of the first without another change of the file. */
const room = 6000
const padded = (config: object) => JSON.stringify(config).concat(' '.repeat(room))

/** A file of Keras 2; the second version of the format has compressed chunks too. */
function h5File(version: 'earliest' | 'latest'): Promise<Uint8Array> {
  return hdf5File(version, (root) => {
    root.create_attribute('model_config', padded(graph), null, `S${JSON.stringify(graph).length + room}`)
    root.create_attribute('keras_version', '2.15.0')
    const group = root.create_group('model_weights')
    for (const [name, shapes] of Object.entries(arrays)) {
      const inner = group.create_group(name)
      inner.create_attribute(
        'weight_names',
        Object.keys(shapes).map((each) => `${name}/${each}:0`),
      )
      const below = inner.create_group(name)
      for (const [each, shape] of Object.entries(shapes)) {
        const chunks = version === 'latest' && shape.length > 1 ? { chunks: [...shape], compression: 4 } : {}
        below.create_dataset({ name: `${each}:0`, data: valuesOf(shape), shape: [...shape], ...chunks })
      }
    }
  })
}

/** The file with another configuration in the place of its own; undefined if that is too long. */
function withConfig(file: Uint8Array, text: string): Uint8Array | undefined {
  const bytes = encode(text)
  const from = Buffer.from(file.buffer, file.byteOffset, file.length).indexOf(JSON.stringify(graph))
  const length = JSON.stringify(graph).length + room
  if (bytes.length > length) return undefined
  const out = new Uint8Array(file)
  out.fill(32, from, from + length)
  out.set(bytes, from)
  return out
}

const files = (name: string, bytes: Uint8Array) => ({ name, read: async () => bytes, beside: async () => undefined })

const h5: Format = {
  name: 'Keras HDF5',
  memory: 512,
  short: 500,
  async prepare() {
    const good = [await h5File('earliest'), await h5File('latest')]
    const places = good.map(placesOf)
    const [first] = good as [Uint8Array]
    return {
      good,
      // Those that fit; the archives have all of them.
      hostile: hostileConfigs.flatMap(([what, text, mayBeRead = false]) => {
        const bytes = withConfig(first, text())
        return bytes === undefined ? [] : [{ what, mayBeRead, bytes: () => bytes }]
      }),
      draw(random) {
        const kind = random.integer(5)
        const changed = kind < 2 ? withConfig(pick(random, good), mutateJson(random, graph)) : undefined
        return changed ?? (kind === 4 ? mutateBytes(random, good) : mutateHdf5(random, pick(random, places)))
      },
      async read(bytes) {
        checkArrays(await readH5Tensors(files('m.h5', bytes)))
        checkModel(await readKerasH5(files('m.h5', bytes)))
      },
    }
  },
}

/** The weights of Keras 3's archive. */
function storeFile(version: 'earliest' | 'latest'): Promise<Uint8Array> {
  return hdf5File(version, (root) => {
    const put = (path: string, shapes: Readonly<Record<string, readonly number[]>>) => {
      root.create_group(path)
      root.create_group(`${path}/vars`)
      for (const [at, shape] of Object.values(shapes).entries())
        root.create_dataset({ name: `${path}/vars/${at}`, data: valuesOf(shape), shape: [...shape] })
    }
    root.create_group('layers')
    put('layers/conv2d', chainArrays.conv as (typeof arrays)[string])
    root.create_group('layers/sequential')
    root.create_group('layers/sequential/layers')
    put('layers/sequential/layers/batch_normalization', chainArrays.norm as (typeof arrays)[string])
    put('layers/dense', chainArrays.fc as (typeof arrays)[string])
  })
}

const metadata = { keras_version: '3.5.0', date_saved: '2024-01-01@00:00:00' }

/** With checksums that are right, so that what is inside is read. */
function archive(config: Uint8Array, about: Uint8Array, weights: Uint8Array): Uint8Array {
  return storedZip(entriesOf(config, about, weights))
}

const entriesOf = (config: Uint8Array, about: Uint8Array, weights: Uint8Array) => [
  { name: 'metadata.json', bytes: about },
  { name: 'config.json', bytes: config },
  { name: 'model.weights.h5', bytes: weights },
]

const kerasArchive: Format = {
  name: 'Keras archive',
  memory: 512,
  short: 500,
  async prepare() {
    const stores = [await storeFile('earliest'), await storeFile('latest')]
    const [config, about] = [encode(JSON.stringify(chain)), encode(JSON.stringify(metadata))]
    const good = stores.map((store) => archive(config, about, store))
    const places = stores.map(placesOf)
    const [store] = stores as [Uint8Array]
    return {
      good,
      hostile: [
        ...hostileZips('model.weights.h5', store, () => new Uint8Array(2 ** 27)),
        ...hostileConfigs.map(([what, text, mayBeRead = false]) => ({
          what,
          mayBeRead,
          bytes: () => archive(encode(text()), about, store),
        })),
      ],
      draw(random) {
        const store = pick(random, stores)
        switch (random.integer(6)) {
          case 0:
            return mutateBytes(random, good)
          case 1:
            return mutateZip(random, entriesOf(config, about, store))
          case 2:
            return archive(config, about, mutateBytes(random, [store]))
          case 4:
            return archive(config, about, mutateHdf5(random, pick(random, places)))
          case 3:
            return archive(config, encode(mutateJson(random, metadata)), store)
          default:
            return archive(encode(mutateJson(random, chain)), about, store)
        }
      },
      async read(bytes) {
        checkArrays(await readKerasTensors(files('m.keras', bytes)))
        checkModel(await readKeras(files('m.keras', bytes)))
      },
    }
  },
}

/** A model of TensorFlow.js whose second array is stored in integers of 8 bits. */
function tfjsModel(topology: object, shapes: typeof arrays) {
  const weights = Object.entries(shapes).flatMap(([name, list]) =>
    Object.entries(list).map(([each, shape]) => ({ name: `${name}/${each}`, shape, dtype: 'float32' })),
  )
  const [first, second, ...rest] = weights as [(typeof weights)[0], (typeof weights)[0]]
  const quantized = { ...second, quantization: { dtype: 'uint8', scale: 0.01, min: -1 } }
  return {
    format: 'layers-model',
    modelTopology: { keras_version: '2.15.0', backend: 'tensorflow', model_config: topology },
    weightsManifest: [{ paths: ['a.bin', 'b.bin'], weights: [first, quantized, ...rest] }],
  }
}

/** Any place of the document, or of the manifest alone: most places are in the topology. */
function mutateTfjs(random: Random, model: ReturnType<typeof tfjsModel>): string {
  if (random.integer(3) > 0) return mutateJson(random, model)
  const { weightsManifest, ...rest } = model
  return `${JSON.stringify(rest).slice(0, -1)},"weightsManifest":${mutateJson(random, weightsManifest)}}`
}

/** Two shards; the first ends within a number. */
const shards: Readonly<Record<string, Uint8Array>> = { 'a.bin': new Uint8Array(150), 'b.bin': new Uint8Array(400) }

const tfjs: Format = {
  name: 'TensorFlow.js',
  memory: 512,
  short: 500,
  async prepare() {
    const models = [tfjsModel(graph, arrays), tfjsModel(chain, chainArrays)]
    const good = models.map((each) => encode(JSON.stringify(each)))
    const inFolder = (bytes: Uint8Array) => ({
      name: 'model.json',
      read: async () => bytes,
      beside: async (path: string) => (Object.hasOwn(shards, path) ? shards[path] : undefined),
    })
    return {
      good,
      hostile: hostileTfjs,
      draw: (random) =>
        random.integer(4) === 0 ? mutateBytes(random, good) : encode(mutateTfjs(random, pick(random, models))),
      async read(bytes) {
        checkArrays(await readTfjsTensors(inFolder(bytes)))
        checkModel(await readTfjs(inFolder(bytes)))
      },
    }
  },
}

export const kerasFormats: readonly Format[] = [h5, kerasArchive, tfjs]
