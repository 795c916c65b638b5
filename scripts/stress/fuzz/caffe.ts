/** Networks of Caffe's: the text, with words of the format put anywhere, and the binary file beside it. */

import type { Random } from '../../../src/core/random.ts'
import { sizeOf } from '../../../src/core/shapes.ts'
import { readCaffe } from '../../../src/exchange/caffe/read.ts'
import { caffemodel, folder, halves, type StoredLayer } from '../../../src/exchange/caffe/testing/files.ts'
import { inferVolumes } from '../../../src/network/volumes.ts'
import { expectThat } from '../row.ts'
import { edges, mutateBytes } from './bytes.ts'
import { decode, encode, type Format, pick } from './format.ts'
import { hostileCaffemodels, hostilePrototxt } from './hostile/caffe.ts'
import { fieldsOf, mutateProtobuf } from './protobuf.ts'

const text = `name: "small" # a comment
input: "data" input_dim: 1 input_dim: 3 input_dim: 8 input_dim: 8
layer { name: "conv" type: "Convolution" bottom: "data" top: "conv" param { lr_mult: 1 }
  convolution_param { num_output: 4 kernel_size: 3 pad: 1 weight_filler { type: "xavier" } } }
layer { name: "norm" type: "BatchNorm" bottom: "conv" top: "conv" batch_norm_param { eps: 1e-3 } }
layer { name: "scale" type: "Scale" bottom: "conv" top: "conv" scale_param { bias_term: true } }
layer { name: "pool" type: "Pooling" bottom: "conv" top: "pool" pooling_param { pool: AVE kernel_size: 3 stride: 2 pad: 1 } }
layer { name: "cut" type: "Slice" bottom: "pool" top: "a" top: "b" slice_param { slice_point: 1 } }
layer { name: "all" type: "Concat" bottom: "b" bottom: "a" top: "all" }
layer { name: "sum" type: "Eltwise" bottom: "all" bottom: "pool" top: "sum" eltwise_param { coeff: [1, -1] } }
layer { name: "fc" type: "InnerProduct" bottom: "sum" top: "fc" inner_product_param { num_output: 5 } include { phase: TEST } }
layer { name: "prob" type: "Softmax" bottom: "fc" top: "prob" }
`
const old = `input: 'data' input_dim: [1, 2, 6, 6]
layers < name: 'fc' type: INNER_PRODUCT bottom: 'data' top: 'fc' inner_product_param < num_output: 3 > >
layers { name: "loss" type: SOFTMAX_LOSS bottom: "fc" bottom: "label" top: "loss" exclude { phase: TEST } }
`

const stored: readonly StoredLayer[] = [
  { name: 'conv', blobs: [halves([4, 3, 3, 3]), halves([4])] },
  { name: 'norm', blobs: [halves([4]), { shape: [4], values: [1, 2, 3, 4] }, { shape: [1], values: [2] }] },
  { name: 'scale', blobs: [halves([4]), halves([4])] },
  { name: 'fc', blobs: [halves([5, 100]), halves([5])] },
]
const model = caffemodel(stored)
const oldModel = caffemodel([{ name: 'fc', blobs: [halves([3, 72]), halves([3])] }], { old: true, values: 'single' })

const words = (
  'layer {|layers {|}|<|>|[|]|:|,|;|#|"|\'|\\x|name: "data"|type: "Crop"|type: "Reshape"|type: "Flatten"|type: "LRN"|type: "Power"|' +
  'bottom: "data"|bottom: "conv"|top: "data"|axis: -1|axis: 9|num_output: 0|num_output: 99999999|kernel_size: 0|kernel_size: 9999999|stride: 0|pad: 70000|' +
  'group: 2|group: 0|input_dim: 0|input_dim: -1|dim: 9007199254740993|include { phase: TRAIN }|stage: "deploy"|shape { dim: 0 dim: -1 }|' +
  'layer { layer { } }|global_pooling: true|pool: STOCHASTIC|pool: 7|eps: 0|eps: nan|scale: inf|dropout_ratio: 1|coeff: 1e99|reshape_param { shape { dim: -1 } }|__proto__: 1'
).split('|')

/** A line, mostly a layer, again, elsewhere or not at all; or with another number or name. */
function mutateLine(random: Random, whole: string): string {
  const lines = whole.split('\n')
  const at = random.integer(lines.length)
  const line = lines[at] as string
  switch (random.integer(5)) {
    case 0:
      return lines.toSpliced(random.integer(lines.length + 1), 0, line).join('\n')
    case 1:
      return lines.toSpliced(at, 1).join('\n')
    case 2:
      return lines.toSpliced(at, 1, pick(random, lines)).join('\n')
    case 3: {
      const names = [...whole.matchAll(/"(\w+)"/g)].map(([, name]) => name as string)
      return lines
        .with(
          at,
          line.replace(/"\w+"/, () => `"${pick(random, [...names, ''])}"`),
        )
        .join('\n')
    }
    default: {
      const number = random.integer(2) === 0 ? random.integer(12) : pick(random, edges)
      const places = [...line.matchAll(/\d+/g)]
      const place = places.length === 0 ? undefined : pick(random, places)
      if (place === undefined) return whole
      return lines
        .with(at, `${line.slice(0, place.index)}${number}${line.slice(place.index + place[0].length)}`)
        .join('\n')
    }
  }
}

function mutateText(random: Random, good: readonly Uint8Array[]): Uint8Array {
  if (random.integer(3) === 0) return mutateBytes(random, good)
  let changed = decode(pick(random, good))
  for (let left = random.integer(4); left > 0; left--) changed = mutateLine(random, changed)
  for (let left = random.integer(4); left > 0; left--) {
    const at = random.integer(changed.length + 1)
    const end = random.integer(2) === 0 ? at : at + random.integer(40)
    changed = `${changed.slice(0, at)} ${pick(random, words)} ${changed.slice(end)}`
  }
  // Now and then a text near the limits.
  return encode(random.integer(500) === 0 ? changed.repeat(50) : changed)
}

/** Reads the network and all its weights. */
async function read(files: Readonly<Record<string, Uint8Array>>): Promise<void> {
  const { network, weights } = await readCaffe(folder(files))
  inferVolumes(network)
  for (const [name, { shape, fill }] of weights) {
    expectThat(sizeOf(shape) < 1e6, `${name} of ${shape} in a small file`)
    fill(new Float32Array(sizeOf(shape)))
  }
}

const prototxt: Format = {
  name: 'prototxt',
  memory: 512,
  short: 1000,
  async prepare() {
    const good = [encode(text), encode(old)]
    return {
      good,
      hostile: hostilePrototxt,
      draw: (random) => mutateText(random, good),
      async read(bytes) {
        await read({ 'net.prototxt': bytes })
        const fits = decode(bytes).includes('layers') ? oldModel : model
        await read({ 'net.prototxt': bytes, 'net.caffemodel': fits })
      },
    }
  },
}

const binary: Format = {
  name: 'caffemodel',
  memory: 512,
  short: 1000,
  async prepare() {
    const good = [model, oldModel, caffemodel(stored, { values: 'double' })]
    const messages = good.map((bytes) => fieldsOf(bytes) ?? [])
    return {
      good,
      hostile: hostileCaffemodels,
      draw: (random) =>
        random.integer(3) === 0 ? mutateBytes(random, good) : mutateProtobuf(random, pick(random, messages)),
      async read(bytes) {
        // Behind the name, the field `layers` has the number 2.
        const isOld = bytes[8] === 0x12
        await read({ 'net.prototxt': encode(isOld ? old : text), 'net.caffemodel': bytes })
      },
    }
  },
}

export const caffeFormats = [prototxt, binary]
