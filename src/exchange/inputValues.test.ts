import { describe, expect, it } from 'vitest'
import { inferVolumes } from '../network/volumes.ts'
import { parse } from '../notation/parse.ts'
import { withInputValues } from './inputValues.ts'
import type { ImportedModel } from './types.ts'

/** Weights that are not given are 1 where they multiply and 0 where they are added. */
function imported(text: string, given: Readonly<Record<string, readonly number[]>> = {}): ImportedModel {
  const network = parse(text)
  const specs = inferVolumes(network).flatMap(({ node, parameters }) =>
    parameters.map(({ name, shape }) => ({ name: `${node.name}.${name}`, shape, rest: name === 'bias' ? 0 : 1 })),
  )
  const weights = new Map(
    specs.map(({ name, shape, rest }) => [
      name,
      { shape, fill: (into: Float32Array) => into.set(into.map((_, index) => given[name]?.[index] ?? rest)) },
    ]),
  )
  return { network, weights, info: {}, notes: [] }
}

const found = async (text: string, given?: Readonly<Record<string, readonly number[]>>) =>
  (await withInputValues(imported(text, given))).info.normalization

const rest = 'CONV3-4 -> RELU -> GAP -> FC-5'
const bytes = { mean: [0, 0, 0], std: [1 / 255, 1 / 255, 1 / 255] }
const units = { mean: [0, 0, 0], std: [1, 1, 1] }

describe('a network whose first layers subtract a mean that is known', () => {
  it.each([
    ["Caffe's mean", `CONV1-3 g3 -> ${rest}`, { 'conv1.bias': [-104, -117, -123] }, { ...bytes, colors: 'bgr' }],
    ['red first', `CONV1-3 g3 -> ${rest}`, { 'conv1.bias': [-123.68, -116.779, -103.939] }, bytes],
    [
      "torchvision's, in two layers",
      `CONV1-3 g3 -> CONV1-3 g3 nobias -> ${rest}`,
      { 'conv1.bias': [-0.485, -0.456, -0.406], 'conv2.filters': [1 / 0.229, 1 / 0.224, 1 / 0.225] },
      units,
    ],
    [
      'to −1..1',
      `CONV1-3 g3 -> ${rest}`,
      { 'conv1.filters': [1 / 127.5, 1 / 127.5, 1 / 127.5], 'conv1.bias': [-1, -1, -1] },
      bytes,
    ],
  ])('%s', async (_, layers, given, expected) => {
    expect(await found(`INPUT 9x9x3 -> ${layers}`, given)).toEqual(expected)
  })

  it('says so', async () => {
    const { notes } = await withInputValues(
      imported(`INPUT 9x9x3 -> mean: CONV1-3 g3 -> ${rest}`, { 'mean.bias': [-104, -117, -123] }),
    )
    expect(notes).toEqual([
      'the layer mean subtracts 104, 117, 123: images are taken as blue, green, red from 0 to 255',
    ])
  })

  it('what the file says counts', async () => {
    const model = {
      ...imported(`INPUT 9x9x3 -> CONV1-3 g3 -> ${rest}`, { 'conv1.bias': [-104, -117, -123] }),
      info: { normalization: units },
    }
    expect(await withInputValues(model)).toBe(model)
  })
})

describe('nothing is concluded from', () => {
  const caffe = { 'conv1.bias': [-104, -117, -123] }
  it.each([
    ['no such layer', `INPUT 9x9x3 -> ${rest}`, {}],
    ['a mixture of the channels', `INPUT 9x9x3 -> CONV1-3 -> ${rest}`, caffe],
    ['a window', `INPUT 9x9x3 -> CONV3-3 g3 -> ${rest}`, caffe],
    ['another mean', `INPUT 9x9x3 -> CONV1-3 g3 -> ${rest}`, { 'conv1.bias': [-90, -117, -123] }],
    ['a function that clips', `INPUT 9x9x3 -> RELU -> ${rest}`, {}],
    ['an image that is used twice', `INPUT 9x9x3 -> ADD(CONV1-3 g3 | CONV3-3) -> ${rest}`, caffe],
    ['gray images', `INPUT 9x9x1 -> CONV1-1 -> ${rest}`, { 'conv1.bias': [-117] }],
  ])('%s', async (_, text, given) => {
    expect(await found(text, given)).toBeUndefined()
  })
})
