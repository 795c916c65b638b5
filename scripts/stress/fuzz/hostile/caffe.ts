/** Caffe: texts nested without an end, sizes out of all proportion, and blobs that are not there. */

import { claimed, int, part } from './protobuf.ts'
import { type Hostile, hostile, joined, large } from './types.ts'

const input = (...sides: readonly (number | string)[]) =>
  `input: "data" ${sides.map((side) => `input_dim: ${side}`).join(' ')}\n`
const image = input(1, 3, 8, 8)
const text = (what: string, whole: string | (() => string)) =>
  hostile(what, () => joined(typeof whole === 'string' ? whole : whole()))
const convolution = (settings: string, from = 'data', name = 'conv') =>
  `layer { name: "${name}" type: "Convolution" bottom: "${from}" top: "${name}" convolution_param { ${settings} } }\n`

const chain = (count: number) =>
  image +
  Array.from({ length: count }, (_, i) => {
    const from = i === 0 ? 'data' : `r${i - 1}`
    return `layer { name: "r${i}" type: "ReLU" bottom: "${from}" top: "r${i}" }\n`
  }).join('')

const doubled = (type: string, times: number) =>
  image +
  Array.from({ length: times }, (_, i) => {
    const from = i === 0 ? 'data' : `d${i - 1}`
    return `layer { name: "d${i}" type: "${type}" bottom: "${from}" bottom: "${from}" top: "d${i}" }\n`
  }).join('')

export const hostilePrototxt: readonly Hostile[] = [
  text('messages, 100,000 deep', () => 'layer { '.repeat(100_000)),
  text('messages that Caffe does not know, 100,000 deep', () => `${image}x { `.repeat(100_000)),
  text('lists, 100,000 deep', () => `x: ${'['.repeat(100_000)}`),
  text('a text without an end', () => `name: "${'a'.repeat(1_000_000)}`),
  text('a word of a megabyte', () => `${'a'.repeat(1_000_000)}: 1`),
  text('a comment and nothing else', () => `#${'a'.repeat(1_000_000)}`),
  text('9 MB of blanks', () => ' '.repeat(9_000_000)),
  text('a number of a megabyte', () => `${image}${convolution(`num_output: ${'9'.repeat(1_000_000)}`)}`),
  text('an image of 2^31 each way', input(1, 2 ** 31, 2 ** 31, 2 ** 31) + convolution('num_output: 1 kernel_size: 1')),
  text('an image of a million each way', input(1, 3, 1e6, 1e6) + convolution('num_output: 1 kernel_size: 1')),
  text('2^31 filters', image + convolution('num_output: 2147483648 kernel_size: 1')),
  text('2^31 groups', image + convolution('num_output: 4 kernel_size: 1 group: 2147483648')),
  text('a kernel of 2^31', image + convolution('num_output: 4 kernel_size: 2147483648')),
  text('a padding of 2^31', image + convolution('num_output: 4 kernel_size: 1 pad: 2147483648')),
  text('a stride of 0', image + convolution('num_output: 4 kernel_size: 1 stride: 0')),
  text(
    'a ring',
    image +
      convolution('num_output: 4 kernel_size: 1', 'b', 'a') +
      convolution('num_output: 4 kernel_size: 1', 'a', 'b'),
  ),
  text('a layer that needs itself', image + convolution('num_output: 4 kernel_size: 1', 'conv')),
  text('channels that double 60 times', doubled('Concat', 60)),
  text(
    'a split into 2^31 places',
    `${image}layer { name: "s" type: "Slice" bottom: "data" top: "a" top: "b" slice_param { slice_point: 2147483648 } }`,
  ),
  text(
    'a shape of 2^63',
    `${image}layer { name: "s" type: "Reshape" bottom: "data" top: "s" reshape_param { shape { dim: 9223372036854775807 dim: -1 } } }`,
  ),
  text(
    'a mean file elsewhere',
    `${image}layer { name: "d" type: "Data" top: "data" transform_param { mean_file: "../../../etc/passwd" } }`,
  ),
  large('10,000 layers in a row', () => joined(chain(10_000))),
  large('100,000 fields that Caffe does not know', () => joined(image, 'x: 1\n'.repeat(100_000))),
]

const blob = (...parts: readonly Uint8Array[]) => part(100, part(1, 'fc'), part(7, ...parts))
const shape = (...sides: readonly (number | bigint)[]) => part(7, ...sides.map((side) => int(1, side)))
const model = (what: string, ...parts: readonly Uint8Array[]) => hostile(what, () => joined(part(1, 'net'), ...parts))

const nested = (depth: number) => {
  let bytes = part(1, 'x')
  for (let i = 0; i < depth; i++) bytes = part(100, bytes)
  return bytes
}

/** Weights of a network with a layer `fc`. */
export const hostileCaffemodels: readonly Hostile[] = [
  model('a layer of 2 GB', claimed(100, 2 ** 31, part(1, 'fc'))),
  model('a layer of 2^63 bytes', claimed(100, 2n ** 63n, part(1, 'fc'))),
  model('2 GB of values', blob(shape(2 ** 29), claimed(5, 2 ** 31))),
  model('a shape without values', blob(shape(2 ** 29))),
  model('a shape of 2^124', blob(shape(2 ** 31, 2 ** 31, 2 ** 31, 2 ** 31), part(5, new Uint8Array(16)))),
  model('a shape of 2^63 and 0', blob(shape(2n ** 63n, 0), part(5))),
  model('an old shape of 2^31 each way', blob(int(1, 2 ** 31), int(2, 2 ** 31), int(3, 2 ** 31), int(4, 2 ** 31))),
  hostile('layers in layers, 200 deep', () => joined(part(1, 'net'), nested(200), claimed(100, 2 ** 31))),
  large('20,000 layers', () =>
    joined(
      part(1, 'net'),
      ...Array.from({ length: 20_000 }, (_, i) =>
        part(100, part(1, `l${i}`), part(7, shape(1), part(5, new Uint8Array(4)))),
      ),
    ),
  ),
]
