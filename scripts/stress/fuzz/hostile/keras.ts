/** Configurations of Keras and manifests of TensorFlow.js: depths, circles, models in models, paths that leave the folder. */

import { type Hostile, hostile, joined, large } from './types.ts'

const layer = (type: string, name: string, config: object, ...inputs: readonly string[]) => ({
  class_name: type,
  name,
  config: { name, ...config },
  inbound_nodes: inputs.length === 0 ? [] : [inputs.map((each) => [each, 0, 0, {}])],
})
const image = (...sides: readonly number[]) => layer('InputLayer', 'x', { batch_input_shape: [null, ...sides] })
const model = (layers: readonly unknown[], output: string, name = 'model') => ({
  class_name: 'Functional',
  config: { name, layers, input_layers: [['x', 0, 0]], output_layers: [[output, 0, 0]] },
})
const relu = (name: string, ...from: readonly string[]) => layer('ReLU', name, {}, ...from)

/** Each model uses the one inside it twice. */
function doubled(depth: number): object {
  let inner: object = model([image(6, 6, 2), relu('r', 'x')], 'r', 'm0')
  for (let i = 1; i <= depth; i++) {
    const used = { ...inner, name: 'a', inbound_nodes: [[['x', 0, 0, {}]], [['a', 0, 0, {}]]] }
    const twice = model([image(6, 6, 2), used], 'a', `m${i}`)
    twice.config.output_layers = [['a', 1, 0]]
    inner = twice
  }
  return inner
}

const conv = (settings: object) =>
  layer('Conv2D', 'c', { filters: 2, kernel_size: [1, 1], use_bias: false, ...settings }, 'x')
const chain = (count: number) => [
  image(6, 6, 2),
  ...Array.from({ length: count }, (_, i) => relu(`r${i}`, i === 0 ? 'x' : `r${i - 1}`)),
]

/** Of a whole configuration: texts of JSON. */
export const hostileConfigs: readonly (readonly [what: string, text: () => string, mayBeRead?: boolean])[] = [
  ['lists, 500,000 deep', () => '['.repeat(500_000)],
  ['objects, 100,000 deep', () => '{"config":'.repeat(100_000)],
  ['models in models, 60 deep and each twice', () => JSON.stringify(doubled(30))],
  ['an image of 2^31 each way', () => JSON.stringify(model([image(2 ** 31, 2 ** 31, 3), relu('r', 'x')], 'r'))],
  ['2^31 filters', () => JSON.stringify(model([image(6, 6, 2), conv({ filters: 2 ** 31 })], 'c'))],
  ['a kernel of 2^31', () => JSON.stringify(model([image(6, 6, 2), conv({ kernel_size: [2 ** 31, 2 ** 31] })], 'c'))],
  [
    'a padding of 2^31',
    () => JSON.stringify(model([image(6, 6, 2), layer('ZeroPadding2D', 'p', { padding: 2 ** 31 }, 'x')], 'p')),
  ],
  [
    'a scaling by 2^31',
    () => JSON.stringify(model([image(6, 6, 2), layer('UpSampling2D', 'u', { size: [2 ** 31, 2 ** 31] }, 'x')], 'u')),
  ],
  [
    'a shape of 2^62',
    () =>
      JSON.stringify(model([image(6, 6, 2), layer('Reshape', 's', { target_shape: [2 ** 31, 2 ** 31] }, 'x')], 's')),
  ],
  ['a ring', () => JSON.stringify(model([image(6, 6, 2), relu('a', 'b'), relu('b', 'a')], 'b'))],
  ['a layer that needs itself', () => JSON.stringify(model([image(6, 6, 2), relu('a', 'a')], 'a'))],
  ['a layer that is not there', () => JSON.stringify(model([image(6, 6, 2), relu('a', '__proto__')], 'a'))],
  [
    'a function of its own',
    () => JSON.stringify(model([image(6, 6, 2), layer('Lambda', 'l', { function: ['eA==', null, null] }, 'x')], 'l')),
  ],
  ['a name of a prototype', () => JSON.stringify(model([image(6, 6, 2), layer('__proto__', 'l', {}, 'x')], 'l'))],
  [
    'channels that double 60 times',
    () =>
      JSON.stringify(
        model(
          [
            image(6, 6, 2),
            ...Array.from({ length: 60 }, (_, i) =>
              layer('Concatenate', `d${i}`, {}, ...Array(2).fill(i === 0 ? 'x' : `d${i - 1}`)),
            ),
          ],
          'd59',
        ),
      ),
  ],
  ['9,000 layers in a row', () => JSON.stringify(model(chain(9000), 'r8999')), true],
  [
    'a sum of 20,000',
    () => {
      const many = Array.from({ length: 20_000 }, (_, i) => relu(`r${i}`, 'x'))
      return JSON.stringify(
        model([image(6, 6, 2), ...many, layer('Add', 'y', {}, ...many.map(({ name }) => name))], 'y'),
      )
    },
    true,
  ],
]

const topology = model([image(6, 6, 2), conv({})], 'c')
const document = (manifest: unknown, config: unknown = topology) =>
  joined(JSON.stringify({ format: 'layers-model', modelTopology: { model_config: config }, weightsManifest: manifest }))
const weights = (shape: readonly unknown[], more: object = {}) => [
  { name: 'c/kernel', shape, dtype: 'float32', ...more },
]
const manifest = (what: string, paths: readonly unknown[], list: unknown) =>
  hostile(what, () => document([{ paths, weights: list }]))

export const hostileTfjs: readonly Hostile[] = [
  manifest('2 GB of values', ['a.bin'], weights([2 ** 29])),
  manifest('2^124 values', ['a.bin'], weights([2 ** 31, 2 ** 31, 2 ** 31, 2 ** 31])),
  manifest('no values, of 2^93', ['a.bin'], weights([2 ** 31, 2 ** 31, 2 ** 31, 0])),
  manifest('a side below 0', ['a.bin'], weights([-1, 1, 2, 2])),
  manifest('a side that is a text', ['a.bin'], weights(['1', 1, 2, 2])),
  ...[
    '../../etc/passwd',
    '/etc/passwd',
    'a/../../b',
    'http://127.0.0.1/a.bin',
    'file:///etc/passwd',
    '__proto__',
    'a\0b',
    '',
  ].map((path) => manifest(`a shard at ${JSON.stringify(path)}`, [path], weights([1, 1, 2, 2]))),
  manifest('a shard 100,000 times', Array(100_000).fill('a.bin'), weights([1, 1, 2, 2])),
  manifest(
    'a scale that is no number',
    ['a.bin'],
    weights([1, 1, 2, 2], { quantization: { dtype: 'uint8', scale: '1e999', min: 0 } }),
  ),
  hostile('a manifest, 100,000 deep', () => joined(`{"modelTopology":{},"weightsManifest":${'['.repeat(100_000)}`)),
  ...hostileConfigs.map(([what, text, mayBeRead = false]) => ({
    what,
    mayBeRead,
    bytes: () =>
      joined(
        `{"format":"layers-model","modelTopology":{"model_config":${text()}},"weightsManifest":[{"paths":["a.bin"],"weights":[{"name":"c/kernel","shape":[1,1,2,2],"dtype":"float32"}]}]}`,
      ),
  })),
  large('5,000 layers with weights', () => {
    const many = Array.from({ length: 5000 }, (_, i) =>
      layer('BatchNormalization', `b${i}`, { scale: false, center: false }, i === 0 ? 'x' : `b${i - 1}`),
    )
    const list = many.flatMap(({ name }) =>
      ['moving_mean', 'moving_variance'].map((each) => ({ name: `${name}/${each}`, shape: [0], dtype: 'float32' })),
    )
    return document([{ paths: ['a.bin'], weights: list }], model([image(6, 6, 2), ...many], 'b4999'))
  }),
]
