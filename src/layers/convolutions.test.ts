/** LOCAL and TCONV: sizes, values by hand, what they have in common with CONV, and what they refuse. */

import { describe, expect, it } from 'vitest'
import { printVolume, volumeSize } from '../core/shapes.ts'
import { Model } from '../model/model.ts'
import { receptiveFields } from '../network/receptiveField.ts'
import { inferVolumes } from '../network/volumes.ts'
import { parse } from '../notation/parse.ts'
import { print } from '../notation/print.ts'

const last = (text: string) => {
  const nodes = inferVolumes(parse(text))
  const node = nodes.at(-1)
  if (node === undefined) throw new Error('no nodes')
  return { ...node, field: receptiveFields(nodes).get(node.node.name) }
}

type Weights = Readonly<Record<string, readonly number[]>>

async function scores(text: string, backend: 'wasm' | 'reference', weights: Weights, image: readonly number[]) {
  await using model = await Model.create(parse(text), { backend, threads: 1 })
  for (const [name, values] of Object.entries(weights)) model.weights.set(name, Float32Array.from(values))
  return [...(await model.predict(Float32Array.from(image)))]
}

describe('sizes', () => {
  it.each([
    // PyTorch's ConvTranspose2d
    ['TCONV4-6 s2', '10×14×6'],
    ['TCONV2-6 s2', '10×14×6'],
    ['TCONV3-6', '5×7×6'],
    ['TCONV3-6 s2 p1 o1', '10×14×6'],
    ['TCONV3-6 s2 p0', '11×15×6'],
    ['TCONV3x2-6 s2x3 p1,0,0,1 d2x1 o0x2', '12×21×6'],
    ['LOCAL3-6', '5×7×6'],
    ['LOCAL3-6 s2 p0 nobias', '2×3×6'],
  ])('%s', (word, volume) => {
    expect(printVolume(last(`INPUT 5x7x4 -> ${word}`).output)).toBe(volume)
    expect(print(parse(`INPUT 5x7x4 -> ${word}`))).toBe(`INPUT 5x7x4 -> ${word}`)
  })

  it('count parameters and MACs', () => {
    const counts = ({ parameters, macs }: ReturnType<typeof last>) => [parameters.map(({ shape }) => shape), macs]
    const transposed = last('INPUT 5x7x4 -> TCONV4-6 s2 g2')
    expect(counts(transposed)).toEqual([[[4, 4, 3, 4], [6]], 5 * 7 * 4 * 16 * 3])
    const local = last('INPUT 5x7x4 -> LOCAL3-6 s2 p0')
    expect(counts(local)).toEqual([
      [
        [2, 3, 3, 3, 4, 6],
        [2, 3, 6],
      ],
      2 * 3 * 6 * 9 * 4,
    ])
  })

  it('see what reaches a position', () => {
    expect(last('INPUT 8x8x1 -> TCONV4-1 s2').field).toEqual({ size: [2, 2], stride: [0.5, 0.5], start: [-1, -1] })
    expect(last('INPUT 8x8x1 -> TCONV3-1 -> CONV3-1').field).toEqual({ size: [5, 5], stride: [1, 1], start: [-2, -2] })
    expect(last('INPUT 8x8x1 -> LOCAL3-1 s2').field).toEqual({ size: [3, 3], stride: [2, 2], start: [-1, -1] })
  })
})

describe.each(['reference', 'wasm'] as const)('on %s', (backend) => {
  it('TCONV adds filters where they overlap', async () => {
    const weights = { 'tconv1.filters': [1, 2, 3], 'tconv1.bias': [100] }
    expect(await scores('INPUT 1x2x1 -> TCONV1x3-1 s1x2 p0', backend, weights, [1, 10])).toEqual([
      101, 102, 113, 120, 130,
    ])
    expect(await scores('INPUT 1x2x1 -> TCONV1x3-1 s1x2 p0,1,0,1 o0x1', backend, weights, [1, 10])).toEqual([
      102, 113, 120, 130,
    ])
    expect(
      await scores('INPUT 1x2x1 -> TCONV1x3-1 s1x2 p0 -> RELU', backend, { ...weights, 'tconv1.bias': [-3] }, [1, 10]),
    ).toEqual([0, 0, 10, 17, 27])
  })

  it('TCONV has a filter [output, input] at each tap', async () => {
    // Two channels in, three out: filters [1, 1, 3, 2].
    const weights = { 'tconv1.filters': [1, 10, 2, 20, 3, 30] }
    expect(await scores('INPUT 1x1x2 -> TCONV1-3 nobias', backend, weights, [1, 2])).toEqual([21, 42, 63])
  })

  it('LOCAL has filters and biases of each position', async () => {
    const weights = { 'local1.filters': [1, 2, 3, 4, 5, 6], 'local1.bias': [10, 20] }
    // Two positions of three taps, the outermost of which lie in the padding.
    expect(await scores('INPUT 1x2x1 -> LOCAL1x3-1', backend, weights, [1, 10])).toEqual([10 + 2 + 30, 20 + 4 + 50])
  })

  it('LOCAL with the same filters everywhere is CONV', async () => {
    const random = (length: number, seed: number) => Array.from({ length }, (_, i) => Math.sin((i + 1) * seed))
    const [filters, bias, image] = [random(9 * 5 * 7, 12.9), random(7, 7.7), random(6 * 4 * 5, 3.3)]
    const repeat = (values: readonly number[]) => Array.from({ length: 3 * 2 }, () => values).flat()
    const shared = { 'conv1.filters': filters, 'conv1.bias': bias }
    const own = { 'local1.filters': repeat(filters), 'local1.bias': repeat(bias) }
    const want = await scores('INPUT 6x4x5 -> CONV3-7 s2', backend, shared, image)
    const got = await scores('INPUT 6x4x5 -> LOCAL3-7 s2', backend, own, image)
    // 46 terms of at most 1: each order of adding them is off by at most 46 roundings.
    const farthest = Math.max(...got.map((value, i) => Math.abs(value - (want[i] ?? Number.NaN))))
    expect(farthest).toBeLessThan(2 * 46 * 46 * 2 ** -24)
  })

  it('a stride-1 TCONV is the CONV with the filter turned round', async () => {
    const filter = [1, 2, 3, 4, 5, 6, 7, 8, 9]
    const image = Array.from({ length: 20 }, (_, i) => (i * i) % 11)
    const turned = { 'conv1.filters': filter.toReversed() }
    const want = await scores('INPUT 4x5x1 -> CONV3-1 nobias', backend, turned, image)
    expect(await scores('INPUT 4x5x1 -> TCONV3-1 nobias', backend, { 'tconv1.filters': filter }, image)).toEqual(want)
  })
})

it('batches of one and of many have the same bits', async () => {
  const text = 'INPUT 5x6x9 -> TCONV4-13 s2 -> BN -> RELU -> LOCAL3-7 s2 -> TCONV3-5 nobias'
  await using model = await Model.create(parse(text), { batch: 8, threads: 1 })
  const size = volumeSize(model.input)
  const images = Float32Array.from({ length: 8 * size }, (_, i) => Math.sin(i * 1.7))
  const all = await model.predict(images)
  const each = all.length / 8
  for (let n = 0; n < 8; n++) {
    const alone = await model.predict(images.subarray(n * size, (n + 1) * size))
    expect([...alone]).toEqual([...all.slice(n * each, (n + 1) * each)])
  }
})

describe('what does not fit', () => {
  it.each([
    ['TCONV3-6 s2', /no symmetric padding makes the sides a multiple.*a 3×3 s2 filter without p.*TCONV3-64 s2 p1 o1/s],
    ['TCONV2-6 s3', /no symmetric padding makes the sides a multiple/],
    ['TCONV4-6 s2 o2', /output padding takes.*o2 with stride 2×2.*at most o1x1/s],
    ['TCONV3-6 o1', /output padding takes.*no o/s],
    ['TCONV4-6 s2 g4', /6 filters, 4 groups/],
    ['TCONV4-6 s2 g3', /4 channels and 6 filters in 3 groups/],
    ['TCONV3-6 p5', /cuts off the whole result.*8×8×4 becomes 0×0×6/s],
    ['LOCAL2-6', /even sides.*a 2×2 filter without p/s],
    ['LOCAL3-0', /at least one filter/],
    ['LOCAL9-6 p0', /the filter does not fit/],
  ])('%s', (word, message) => {
    expect(() => parse(`INPUT 8x8x4 -> ${word}`)).toThrow(message)
  })
})
