/** The worked examples of the CS231n notes ("Convolutional Neural Networks"), figure by figure. */

import { describe, expect, it } from 'vitest'
import { printVolume, type Volume } from '../src/core/shapes.ts'
import { fitInput } from '../src/network/fitInput.ts'
import { fcToConv } from '../src/network/fullyConvolutional.ts'
import type { Network } from '../src/network/network.ts'
import { inferVolumes } from '../src/network/volumes.ts'
import { parse } from '../src/notation/parse.ts'
import { print } from '../src/notation/print.ts'
import { cost } from '../src/plan/cost.ts'
import { zoo } from '../src/zoo/zoo.ts'

const layersOf = (text: string) => cost(parse(text)).layers
const last = (text: string) => {
  const row = layersOf(text).at(-1)
  if (row === undefined) throw new Error('no layers')
  return row
}

describe('CONV', () => {
  it('AlexNet conv1: 227×227×3, F = 11, S = 4, P = 0, K = 96 gives 55×55×96', () => {
    const row = last('INPUT 227x227x3 -> CONV11-96 s4 p0')
    expect(printVolume(row.output)).toBe('55×55×96')
    expect(row.output.height * row.output.width * row.output.channels).toBe(290_400)
    expect(row.weights).toBe(34_848)
    expect(row.parameters).toBe(34_848 + 96)
  })

  it('with 224 and no padding it does not fit, and says so: 54.25', () => {
    const { notices } = cost(parse('INPUT 224x224x3 -> CONV11-96 s4 p0'))
    expect(notices).toEqual([expect.stringContaining('(224 − 11 + 2·0)/4 + 1 = 54.25, floored to 54')])
  })

  it('the sentence of the design: what is lost, and what would fit', () => {
    const { notices } = cost(parse('INPUT 10x10x1 -> conv3: CONV3-1 s2 p0'))
    expect(notices).toEqual([
      'conv3: (10 − 3 + 2·0)/2 + 1 = 4.5, floored to 4: the last row and column are never seen. Fits: input 9 or 11, filter 2 or 4, stride 1',
    ])
  })

  it.each([
    ['INPUT 11x11x4 -> CONV5-1 s2 p0', '4×4×1'],
    ['INPUT 5x5x3 -> CONV3-2 s2 p1', '3×3×2'],
    ['INPUT 1x5x1 -> CONV1x3-1 p0x1', '1×5×1'],
    ['INPUT 1x5x1 -> CONV1x3-1 s1x2 p0x1', '1×3×1'],
    ['INPUT 32x32x3 -> CONV3-12 -> RELU -> POOL2', '16×16×12'],
    ['INPUT 7x7x512 -> CONV7-4096 p0', '1×1×4096'],
    ['INPUT 12x12x512 -> CONV7-4096 p0 -> CONV1-4096 -> CONV1-1000', '6×6×1000'],
  ])('%s gives %s', (text, volume) => {
    expect(printVolume(last(text).output)).toBe(volume)
  })

  it('three 3×3 layers see as much as one 7×7, with 27C² weights instead of 49C²', () => {
    const three = layersOf('INPUT 32x32x8 -> CONV3-8 -> CONV3-8 -> CONV3-8')
    expect(three.slice(1).map(({ receptiveField }) => receptiveField.size[0])).toEqual([3, 5, 7])
    expect(three.reduce((sum, { weights }) => sum + weights, 0)).toBe(27 * 8 * 8)
    expect(last('INPUT 32x32x8 -> CONV7-8').weights).toBe(49 * 8 * 8)
  })

  it('a dilated filter spans w[0]x[0] + w[1]x[2] + w[2]x[4]', () => {
    expect(last('INPUT 1x9x1 -> CONV1x3-1 d1x2 p0').receptiveField.size).toEqual([1, 5])
  })
})

describe('FC', () => {
  it.each([
    ['INPUT 32x32x3 -> FC-1', 3072],
    ['INPUT 200x200x3 -> FC-1', 120_000],
  ])('%s has %d weights a neuron', (text, weights) => {
    expect(last(text).weights).toBe(weights)
  })

  it('over 7×7×512 is a CONV of size 7: the same parameters', () => {
    expect(last('INPUT 7x7x512 -> FC-4096').parameters).toBe(last('INPUT 7x7x512 -> CONV7-4096 p0').parameters)
  })
})

describe('FC → CONV', () => {
  const converted = fcToConv(zoo.network('vgg16'))
  const larger = fitInput(converted, { height: 384, width: 384, channels: 3 })
  const rowsOf = (network: Network) => new Map(cost(network).layers.map((row) => [row.name, row]))

  it('as in the notes: CONV7-4096 p0, CONV1-4096, CONV1-1000', () => {
    const words = print(converted)
    for (const word of ['fc1: CONV7-4096 p0', 'fc2: CONV1-4096', 'fc3: CONV1-1000'])
      expect(words).toContain(`-> ${word}`)
    expect(cost(converted).totals).toEqual(cost(zoo.network('vgg16')).totals)
  })

  it('a 384×384 image gives 12×12×512, and then 6×6×1000', () => {
    const rows = rowsOf(larger)
    expect(printVolume(rows.get('pool5')?.output as Volume)).toBe('12×12×512')
    expect(printVolume(rows.get('fc3')?.output as Volume)).toBe('6×6×1000')
  })

  it('a position every 32 pixels, as 36 crops of 224: an eleventh of their MACs', () => {
    expect(rowsOf(larger).get('fc3')?.receptiveField.stride).toEqual([32, 32])
    expect((384 - 224) / 32 + 1).toBe(6)
    expect((36 * 15_470_264_320) / cost(larger).totals.macs).toBeCloseTo(11.24, 2)
  })

  it('but each sees 404 pixels, and not the 224 of a crop: VGG pads inside', () => {
    expect(rowsOf(larger).get('fc3')?.receptiveField.size).toEqual([404, 404])
  })
})

describe('VGG-16', () => {
  const network = zoo.network('vgg16')
  const { layers, totals } = cost(network)

  it('row by row: values a picture', () => {
    const rows = inferVolumes(network)
      .filter(({ layer }) => layer.countsVolume !== false)
      .map(({ output }) => output.height * output.width * output.channels)
    const K = 1000
    const rounded = rows.map((values) => (values >= K ? Math.floor(values / K) * K : values))
    expect(rounded).toEqual([
      ...[150 * K, 3211 * K, 3211 * K, 802 * K, 1605 * K, 1605 * K, 401 * K, 802 * K, 802 * K, 802 * K, 200 * K],
      ...[401 * K, 401 * K, 401 * K, 100 * K, 100 * K, 100 * K, 100 * K, 25 * K, 4 * K, 4 * K, 1000],
    ])
  })

  it('row by row: weights without biases', () => {
    const weights = layers.map((row) => row.weights).filter((count) => count > 0)
    expect(weights).toEqual([
      ...[1728, 36_864, 73_728, 147_456, 294_912, 589_824, 589_824, 1_179_648, 2_359_296, 2_359_296],
      ...[2_359_296, 2_359_296, 2_359_296, 102_760_448, 16_777_216, 4_096_000],
    ])
  })

  it('the true totals, which the printed 24M is not', () => {
    expect(totals).toMatchObject({
      parameters: 138_357_544,
      weights: 138_344_128,
      macs: 15_470_264_320,
      activations: 15_237_608,
    })
    expect(zoo.entry('vgg16').remarks?.join()).toContain('15,237,608')
  })
})

describe('zoo', () => {
  it.each(zoo.names)('%s is what its card says', (name) => {
    const { parameters, macs } = zoo.entry(name)
    const { totals } = cost(zoo.network(name))
    expect({ parameters: totals.parameters, macs: totals.macs }).toEqual({ parameters, macs })
  })
})
