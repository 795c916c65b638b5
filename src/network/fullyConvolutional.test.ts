// FC → CONV and back: which layers become which, the same names and shapes of weights, and what is refused.

import { describe, expect, it } from 'vitest'
import { parse } from '../notation/parse.ts'
import { print } from '../notation/print.ts'
import { zoo } from '../zoo/zoo.ts'
import { NetworkError } from './errors.ts'
import { fitInput } from './fitInput.ts'
import { convToFc, fcToConv, fullyConvolutional, strideOf } from './fullyConvolutional.ts'
import { networkFromJson, networkToJson } from './json.ts'
import type { Network } from './network.ts'
import { withoutHeads } from './training.ts'
import { inferVolumes } from './volumes.ts'

/** Names and shapes of what scores need, in order. */
const weightsOf = (network: Network) =>
  withoutHeads(inferVolumes(network)).flatMap(({ node, parameters }) =>
    parameters.map(({ name, shape }) => `${node.name}.${name} ${shape.join('×')}`),
  )
const outputOf = (network: Network) => inferVolumes(network).at(-1)?.output

/** Squeeze-and-excitation takes means over the whole map, in the middle of the network. */
const squeezing = ['mobilenet-v3-large', 'mobilenet-v3-small', 'efficientnet-b0', 'regnet-y-400mf']
/** Its last pooling covers the map already. */
const convolutional = 'deepcnin'

describe('fcToConv', () => {
  it.each([
    ['INPUT 8x8x3 -> FC-4', 'INPUT 8x8x3 -> fc1: CONV8-4 p0'],
    ['INPUT 5x7x3 -> FC-4 nobias', 'INPUT 5x7x3 -> fc1: CONV5x7-4 p0 nobias'],
    ['INPUT 5x5x3 -> FC-4 -> RELU -> scores: FC-2', 'INPUT 5x5x3 -> fc1: CONV5-4 p0 -> RELU -> scores: CONV1-2'],
    ['INPUT 8x8x3 -> GAP', 'INPUT 8x8x3 -> gap1: AVGPOOL8 s1'],
    ['INPUT 8x6x3 -> GMP -> FC-2 -> SOFTMAX', 'INPUT 8x6x3 -> gmp1: POOL8x6 s1 -> fc1: CONV1-2 -> SOFTMAX'],
    ['INPUT 4x4x2 -> CONCAT(FC-2 | GAP)', 'INPUT 4x4x2 -> CONCAT(fc1: CONV4-2 p0 | gap1: AVGPOOL4 s1)'],
  ])('%s', (before, after) => {
    const network = parse(before)
    const converted = fcToConv(network)
    expect(print(converted)).toBe(print(parse(after)))
    expect(weightsOf(converted)).toEqual(weightsOf(network))
    expect(print(convToFc(converted))).toBe(print(network))
  })

  it('keeps the layers that have windows as they are', () => {
    const network = fcToConv(parse('INPUT 12x12x1 -> CONV3-2 -> BN -> RELU -> POOL2 s2 -> FC-3'))
    expect(print(network)).toBe('INPUT 12x12x1 -> CONV3-2 -> BN -> RELU -> POOL2 -> fc1: CONV6-3 p0')
  })

  const names = zoo.names.filter((name) => !squeezing.includes(name) && name !== convolutional)
  it.each(names)('of %s: the same weights, one score more on an image that is larger by a stride', (name) => {
    const network = zoo.network(name)
    const converted = fcToConv(network)
    expect(weightsOf(converted)).toEqual(weightsOf(network))
    expect(outputOf(converted)).toEqual(outputOf(network))
    expect(networkFromJson(networkToJson(converted))).toEqual(converted)
    expect(parse(print(converted))).toEqual(converted)
    const [rows, columns] = strideOf(converted)
    const { height, width, channels } = inferVolumes(network)[0]?.output ?? { height: 0, width: 0, channels: 0 }
    const larger = fitInput(converted, { height: height + rows, width: width + 2 * columns, channels })
    expect(outputOf(larger)).toEqual({ height: 2, width: 3, channels: outputOf(network)?.channels })
  })

  it.each(squeezing)('refuses %s: a squeeze of the crop is not a squeeze of the image', (name) => {
    expect(() => fcToConv(zoo.network(name))).toThrow(/multiply1: .*joins branches that differ on a larger map/)
  })

  it.each([
    ['INPUT 8x8x3 -> CONV3-4 p0 -> RELU', /nothing to convert[\s\S]*without FC, GAP and GMP/],
    ['INPUT 8x8x3 -> FLATTEN -> FC-4', /flatten1: [\s\S]*depend on the whole map[\s\S]*FC \(without FLATTEN\)/],
    ['INPUT 8x8x3 -> GAP -> FLATTEN -> FC-4', /flatten1: [\s\S]*without FLATTEN/],
    ['INPUT 8x8x4 -> GN g2 -> FC-4', /depend on the whole map[\s\S]*GN on 8×8×4/],
    ['INPUT 8x8x3 -> LOCAL3-4 -> FC-4', /local1: [\s\S]*other weights for each position[\s\S]*LOCAL on 8×8×3/],
    ['INPUT 8x8x3 -> MULTIPLY(ID | GAP -> FC-3 -> SIGMOID) -> FC-4', /multiply1: [\s\S]*8×8×3 and 1×1×3/],
    ['INPUT 8x8x3 -> CROP to6 -> CONV3-2 -> FC-4', /crop1: [\s\S]*not larger by as much[\s\S]*CROP on 8×8×3/],
    ['INPUT 8x8x3 -> POOL2 -> UPSAMPLE to8 -> POOL2 -> FC-4', /upsample1: [\s\S]*not larger by as much/],
    ['INPUT 8x8x3 -> UPSAMPLE2 -> FC-4', /no crops of the image[\s\S]*0\.5×0\.5 pixels apart/],
    // Every second crop would be seen through other pooling windows.
    ['INPUT 8x8x3 -> POOL2 -> UPSAMPLE2 -> FC-4', /no crops of the image[\s\S]*1×1 pixels apart/],
  ])('refuses %s', (text, message) => {
    expect(() => fcToConv(parse(text))).toThrow(NetworkError)
    expect(() => fcToConv(parse(text))).toThrow(message)
  })

  it('refuses what is no network', () => {
    expect(() => fcToConv('vgg16' as unknown as Network)).toThrow(/fcToConv takes a network/)
    expect(() => convToFc('vgg16' as unknown as Network)).toThrow(/convToFc takes a network/)
  })
})

describe('convToFc', () => {
  it.each([
    // 1×1 on a map of one position, whatever its dilation.
    ['INPUT 4x4x2 -> CONV4-3 p0 -> CONV1-2 d2 p0', 'INPUT 4x4x2 -> conv1: FC-3 -> conv2: FC-2'],
    ['INPUT 4x4x2 -> CONV4-3 s4 p0', 'INPUT 4x4x2 -> conv1: FC-3'],
    ['INPUT 4x4x2 -> AVGPOOL4 -> CONV1-3', 'INPUT 4x4x2 -> avgpool1: GAP -> conv1: FC-3'],
    ['INPUT 4x4x2 -> POOL4', 'INPUT 4x4x2 -> pool1: GMP'],
  ])('%s', (before, after) => {
    const network = parse(before)
    expect(print(convToFc(network))).toBe(print(parse(after)))
    expect(weightsOf(convToFc(network))).toEqual(weightsOf(network))
  })

  it.each([
    'INPUT 12x12x2 -> CONV7-3 p0', // larger than the window
    'INPUT 4x4x2 -> CONV4-2 p0 g2', // groups
    'INPUT 3x3x2 -> CONV3-2', // padding
    'INPUT 5x5x2 -> CONV3-2 d2 p0', // gaps
    'INPUT 4x4x2 -> L2POOL4', // there is no such layer over a whole map
  ])('refuses %s', (text) => {
    expect(() => convToFc(parse(text))).toThrow(/nothing to convert[\s\S]*no window covers a whole map/)
  })
})

it('a network that has only windows stays as it is', () => {
  const network = parse('INPUT 8x8x3 -> CONV3-4 p0 -> RELU -> CONV6-2 p0')
  expect(fullyConvolutional(network)).toEqual(network)
  expect(strideOf(network)).toEqual([1, 1])
})
