/** Images made by gradients: what they are to raise rises, they are images, and the same seed gives the same image. */

import { afterAll, describe, expect, it } from 'vitest'
import { Model } from '../../model/model.ts'
import { parse } from '../../notation/parse.ts'
import { deepDream } from './deepDream.ts'
import { type MaximizeOptions, maximizeActivation } from './maximize.ts'
import { blurred, imageBytes, scaled, shifted } from './planes.ts'

const normalization = { mean: [0.4, 0.5, 0.6], std: [0.2, 0.25, 0.3], colors: 'bgr' } as const
const model = await Model.create(parse('INPUT 12x12x3 -> CONV3-6 -> RELU -> POOL2 -> CONV3-6 -> RELU -> GAP -> FC-4'), {
  threads: 1,
  info: { normalization },
})
afterAll(() => model.dispose())

/** Whether all values are those of bytes. */
function isImage(values: Float32Array): boolean {
  return values.every((value, i) => {
    const share = value * (normalization.std[i % 3] as number) + (normalization.mean[i % 3] as number)
    return share >= -1e-6 && share <= 1 + 1e-6
  })
}

describe('activation maximization', () => {
  it.each([2, { layer: 'conv2', channel: 5 }, { layer: 'conv1', channel: 0, position: [3, 3] }] as const)(
    'raises %j',
    async (target) => {
      const { scores, data, shape } = await maximizeActivation(model, target, { steps: 24, jitter: 1, blur: 0 })
      expect(shape).toEqual([1, 12, 12, 3])
      expect(scores.length).toBe(25)
      expect(scores.at(-1)).toBeGreaterThan((scores[0] as number) + 0.1)
      expect(isImage(data)).toBe(true)
    },
  )

  it('says that there is nothing to climb', async () => {
    const start = new Float32Array(12 * 12 * 3)
    const unit = { layer: 'relu1', channel: 0 }
    await expect(maximizeActivation(model, unit, { start })).rejects.toThrow(/no pixel has any influence/)
  })

  it('depends on its seed, and starts where it is told to', async () => {
    const make = async (seed: number) => (await maximizeActivation(model, 2, { steps: 3, seed })).data
    expect(await make(4)).toEqual(await make(4))
    expect(await make(4)).not.toEqual(await make(5))
    const start = Float32Array.from({ length: 12 * 12 * 3 }, (_, i) => 0.5 * Math.sin(i))
    const { data } = await maximizeActivation(model, 2, { steps: 1, rate: 0, jitter: 0, start })
    expect(data).toEqual(start)
  })

  it.each([
    [{ steps: 0 }, /steps must be a whole number/],
    [{ jitter: 0.5 }, /jitter must be a whole number/],
    [{ rate: -1 }, /rate must be/],
    [{ start: new Float32Array(2 * 12 * 12 * 3) }, /one image to start from/],
    [{ size: 3 }, /no option size/],
  ])('refuses %j', async (options, message) => {
    await expect(maximizeActivation(model, 1, options as MaximizeOptions)).rejects.toThrow(message)
  })
})

describe('dreaming', () => {
  const size = { height: 19, width: 17 }
  const photo = Float32Array.from({ length: 19 * 17 * 3 }, (_, i) => 0.3 * Math.sin(i / 7))

  it('works at several sizes, no smaller than the input, in tiles', async () => {
    const said: number[] = []
    const { data, shape, sizes } = await deepDream(model, photo, size, {
      layer: 'relu2',
      steps: 2,
      progress: (done, all) => said.push(done / all),
    })
    expect(shape).toEqual([19, 17, 3])
    expect(sizes).toEqual([{ height: 14, width: 12 }, size])
    expect(isImage(data)).toBe(true)
    expect(data).not.toEqual(photo)
    expect(said.at(-1)).toBe(1)
  })

  it('strengthens what the layer sees', async () => {
    const input = { height: 12, width: 12 }
    const image = photo.slice(0, 12 * 12 * 3)
    const { data } = await deepDream(model, image, input, { layer: 'relu2', channel: 3, steps: 8, rate: 0.01 })
    const strength = async (values: Float32Array) =>
      (await model.activations(values, ['relu2'])).relu2?.data.reduce(
        (sum, v, i) => (i % 6 === 3 ? sum + v * v : sum),
        0,
      )
    expect(await strength(data)).toBeGreaterThan((await strength(image)) as number)
  })

  it.each([
    [photo.subarray(3), size, { layer: 'relu2' }, /does not have this size/],
    [photo.slice(0, 11 * 12 * 3), { height: 11, width: 12 }, { layer: 'relu2' }, /smaller than the input/],
    [photo, size, { layer: 'relu7' }, /did you mean relu/],
    [photo, size, { layer: 'relu2', channel: 6 }, /no such channel/],
    [photo, size, { layer: 'relu2', scale: 1 }, /above 1/],
    [photo.with(0, Number.NaN), size, { layer: 'relu2' }, /finite/],
  ])('refuses what it cannot work on', async (given, sides, options, message) => {
    await expect(deepDream(model, given as Float32Array, sides, options)).rejects.toThrow(message)
  })
})

describe('planes', () => {
  const sides = { height: 2, width: 3 }
  const values = Float32Array.of(1, 2, 3, 4, 5, 6)

  it('shift in a circle, and back', () => {
    expect([...shifted(values, sides, 1, -1)]).toEqual([5, 6, 4, 2, 3, 1])
    expect(shifted(shifted(values, sides, 1, -4), sides, -1, 4)).toEqual(values)
  })

  it('keep their sum of constants when blurred, and their values when scaled to the same size', () => {
    for (const value of blurred(new Float32Array(6).fill(2), sides, 0.8)) expect(value).toBeCloseTo(2, 6)
    expect(scaled(values, sides, sides)).toEqual(values)
    // As PyTorch's interpolate, bilinear, align_corners=False.
    expect([...scaled(Float32Array.of(0, 4), { height: 1, width: 2 }, { height: 1, width: 4 })]).toEqual([0, 1, 3, 4])
  })

  it('become bytes in the order of the image', () => {
    // Channels of the network are blue, green, red.
    expect([...imageBytes(Float32Array.of(3, 2, -2), 3, normalization)]).toEqual([0, 255, 255])
    expect([...imageBytes(Float32Array.of(-1, 0, 1), 1)]).toEqual([0, 128, 255])
  })
})
