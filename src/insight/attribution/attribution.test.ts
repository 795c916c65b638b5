/** Maps of what matters in an image, on networks whose maps follow by hand, and what all of them must do. */

import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { Random } from '../../core/random.ts'
import { Model } from '../../model/model.ts'
import type { ModelOptions } from '../../model/options.ts'
import { parse } from '../../notation/parse.ts'
import { explain } from './explain.ts'
import { gradCam, gradCamPlusPlus } from './gradCam.ts'
import { deconvnet, gradient, gradientTimesInput, guidedBackprop } from './gradient.ts'
import { integratedGradients } from './integratedGradients.ts'
import { type AttributionName, attributionMethods } from './methods.ts'
import { type OcclusionOptions, occlusion } from './occlusion.ts'
import { randomizationCheck } from './randomization.ts'
import { scoreCam } from './scoreCam.ts'
import { smoothGrad } from './smoothGrad.ts'

const made: Model[] = []
async function modelOf(text: string, weights: Record<string, readonly number[]> = {}, options: ModelOptions = {}) {
  const model = await Model.create(parse(text), { threads: 1, batch: 4, ...options })
  for (const [name, values] of Object.entries(weights)) model.weights.set(name, values)
  made.push(model)
  return model
}
afterAll(() => Promise.all(made.map((model) => model.dispose())))

/** Scores are x0 + 2·x1 and −3·x0 + x1. */
const linear = { 'fc1.filters': [1, -3, 2, 1], 'fc1.bias': [0.5, 0] }
const images = Float32Array.of(1, 2, -4, 1)
const names = Object.keys(attributionMethods) as AttributionName[]
const convolutional = 'INPUT 8x8x3 -> CONV3-8 -> RELU -> POOL2 -> CONV3-8 -> RELU -> GAP -> FC-4'
const random = Random.seeded(2)
const noise = Float32Array.from({ length: 8 * 8 * 3 }, () => random.normal())

describe.each(['wasm', 'reference'] as const)('of a linear network, on %s', (backend) => {
  let model: Model
  beforeAll(async () => {
    model = await modelOf('INPUT 1x2x1 -> FC-2', linear, { backend, info: { classes: ['a', 'b'] } })
  })

  it('the gradient is the weights of the top class of each image', async () => {
    const { data, shape, explained } = await gradient(model, images)
    expect([...data]).toEqual([1, 2, -3, 1])
    expect(shape).toEqual([2, 1, 2, 1])
    expect(explained).toEqual([
      { layer: 'fc1', channel: 0, label: 'a', score: 5.5 },
      { layer: 'fc1', channel: 1, label: 'b', score: 13 },
    ])
  })

  it.each([
    ['b', [-3, 1, -3, 1]],
    [0, [1, 2, 1, 2]],
    [
      ['b', 0],
      [-3, 1, 1, 2],
    ],
    [{ layer: 'fc1', channel: 1 }, [-3, 1, -3, 1]],
  ] as const)('of the target %j', async (target, expected) => {
    expect([...(await gradient(model, images, { target })).data]).toEqual(expected)
  })

  it('gradient times input, and integrated gradients, are what each value adds', async () => {
    expect([...(await gradientTimesInput(model, images)).data]).toEqual([1, 4, 12, 1])
    const { data, completeness } = await integratedGradients(model, images, { steps: 3 })
    expect([...data].map((value) => Math.round(1e5 * value) / 1e5)).toEqual([1, 4, 12, 1])
    for (const { gap } of completeness) expect(gap).toBeLessThan(1e-6)
    expect(completeness[0]?.difference).toBe(5)
  })

  it('integrated gradients start at any image', async () => {
    const { data, completeness } = await integratedGradients(model, images.subarray(0, 2), {
      steps: 2,
      baseline: Float32Array.of(1, 1),
    })
    expect([...data]).toEqual([0, 2])
    expect(completeness).toEqual([{ sum: 2, difference: 2, gap: 0 }])
  })

  it('noise changes no gradient', async () => {
    const { data } = await smoothGrad(model, images, { samples: 3 })
    ;[1, 2, -3, 1].forEach((value, index) => {
      expect(data[index]).toBeCloseTo(value, 6)
    })
  })
})

describe('occlusion', () => {
  it('takes a window of zeros, and gives what the probability loses', async () => {
    const model = await modelOf('INPUT 2x3x1 -> FC-2 -> SOFTMAX', {
      'fc1.filters': [1, 0, 2, 0, 0, 0, 0, 0, 0, 0, -1, 0],
    })
    const image = Float32Array.of(1, 1, 1, 1, 1, 1)
    const logistic = (x: number) => 1 / (1 + Math.exp(-x))
    const { data, shape, explained } = await occlusion(model, image, { window: [2, 1], stride: 1 })
    expect(shape).toEqual([1, 1, 3])
    expect(explained[0]?.score).toBeCloseTo(logistic(2), 6)
    // Of the logit 1 + 2 − 1 each column takes away its own part.
    ;[1, 2, -1].forEach((part, index) => {
      expect(data[index]).toBeCloseTo(logistic(2) - logistic(2 - part), 6)
    })
  })

  it('goes over whole windows, in batches, with the same result for each image', async () => {
    const model = await modelOf(convolutional)
    const two = new Float32Array(2 * noise.length)
    two.set(noise)
    two.set(noise.toReversed(), noise.length)
    const both = await occlusion(model, two, { window: 3, stride: 2 })
    expect(both.shape).toEqual([2, 3, 3])
    const second = await occlusion(model, noise.toReversed(), { window: 3, stride: 2 })
    expect([...both.data.subarray(9)]).toEqual([...second.data])
  })

  it.each([
    [{ window: 9 }, /larger than the image/],
    [{ window: 0 }, /whole pixels/],
    [{ stride: 1.5 }, /whole pixels/],
    [{ value: Number.NaN }, /finite/],
    [{ target: 7 }, /no such class/],
    [{ windows: 3 }, /no option windows/],
  ])('refuses %j', async (options, message) => {
    const model = await modelOf(convolutional)
    await expect(occlusion(model, noise, options as OcclusionOptions)).rejects.toThrow(message)
  })
})

describe('class activation maps', () => {
  // The map is the image twice: as it is, and doubled. FC: [1, −1] for class 0.
  const weights = { 'conv1.filters': [1, 2], 'fc1.filters': [1, 0, -1, 0] }
  const text = 'INPUT 2x2x1 -> CONV1-2 nobias -> RELU -> GAP -> FC-2 nobias'
  const image = Float32Array.of(1, 0, 3, 0)

  it('weight the channels by their mean gradients, and cut off below 0', async () => {
    const model = await modelOf(text, weights)
    // Gradients of class 0 are 1/4 and −1/4 everywhere: (1·A − 2·A)/4 is below 0; of class 1, 0.
    const found = await gradCam(model, image, { target: 0 })
    expect(found).toMatchObject({ shape: [1, 2, 2], layer: 'relu1' })
    expect([...found.data]).toEqual([0, 0, 0, 0])
    model.weights.set('fc1.filters', [2, 0, -0.5, 0])
    expect([...(await gradCam(model, image, { target: 0 })).data]).toEqual([0.25, 0, 0.75, 0])
  })

  it('of Grad-CAM++ by the positive gradients', async () => {
    const model = await modelOf(text, weights)
    // g = 1/4: α = g²/(2g² + Σ A·g³) = 1/(2 + 4/4); w = 4·α·g = 1/3. The second channel has no positive gradient.
    const { data } = await gradCamPlusPlus(model, image, { target: 0 })
    ;[1 / 3, 0, 1, 0].forEach((value, index) => {
      expect(data[index]).toBeCloseTo(value, 6)
    })
  })

  it('of Score-CAM by the softmax of what the masked images gain', async () => {
    const model = await modelOf(text, { ...weights, 'fc1.filters': [4, 0, 0, 0] })
    // Both channels scale to the same mask, so both have the weight ½: ½·A + ½·2A.
    const { data } = await scoreCam(model, image, { target: 0 })
    ;[1.5, 0, 4.5, 0].forEach((value, index) => {
      expect(data[index]).toBeCloseTo(value, 5)
    })
  })

  it('by default of the last map with weights and what follows it on the same map', async () => {
    const { layer } = await gradCam(await modelOf(convolutional), noise)
    expect(layer).toBe('relu2')
    const vgg = await modelOf('INPUT 8x8x3 -> CONV3-4 -> BN -> RELU -> POOL2 -> FC-5 -> RELU -> FC-2 -> SOFTMAX')
    expect((await gradCam(vgg, noise)).layer).toBe('relu1')
    const block = await modelOf('INPUT 8x8x3 -> CONV3-4 -> ADD(ID | CONV3-4) -> RELU -> GAP -> FC-2')
    expect((await gradCam(block, noise)).layer).toBe('relu1')
  })

  it('refuse what gives no map', async () => {
    const model = await modelOf(convolutional)
    await expect(gradCam(model, noise, { layer: 'conv3' })).rejects.toThrow(/did you mean conv/)
    await expect(gradCam(model, noise, { layer: 'gap1' })).rejects.toThrow(/take a layer such as relu2/)
    const flat = await modelOf('INPUT 8x8x3 -> FC-5 -> RELU -> FC-2')
    await expect(gradCam(flat, noise)).rejects.toThrow(/no layer with a map/)
    await expect(scoreCam(flat, noise)).rejects.toThrow(/no layer with a map/)
    await expect(scoreCam(model, noise, { channels: 0 })).rejects.toThrow(/whole number from 1/)
    const after = { target: { layer: 'conv1', channel: 0 }, layer: 'relu2' }
    await expect(gradCam(model, noise, after)).rejects.toThrow(/nothing leads from relu2/)
  })
})

describe('one pass', () => {
  it('gives the scores, the gradient and Grad-CAM', async () => {
    const model = await modelOf(`${convolutional} -> SOFTMAX`)
    const found = await explain(model, noise, { target: 2 })
    const [cam, slopes] = [await gradCam(model, noise, { target: 2 }), await gradient(model, noise, { target: 2 })]
    expect(found.gradCam).toMatchObject({ shape: cam.shape, layer: cam.layer })
    const near = (a: Float32Array, b: Float32Array) =>
      a.forEach((value, index) => {
        expect(value).toBeCloseTo(b[index] as number, 5)
      })
    near(found.gradCam?.data as Float32Array, cam.data)
    near(found.gradient.data, slopes.data)
    near(found.scores, await model.predict(noise))
    const flat = await modelOf('INPUT 8x8x3 -> FC-5 -> RELU -> FC-2')
    expect((await explain(flat, noise)).gradCam).toBeUndefined()
  })
})

describe('scores', () => {
  it.each(['SOFTMAX', 'SIGMOID'])('are logits, in front of a closing %s', async (word) => {
    const plain = await modelOf('INPUT 1x2x1 -> FC-2', linear)
    const closed = await modelOf(`INPUT 1x2x1 -> FC-2 -> ${word}`, linear)
    expect(await gradient(closed, images)).toEqual(await gradient(plain, images))
  })

  it('are means over a map', async () => {
    const model = await modelOf('INPUT 1x2x1 -> CONV1-2 nobias', { 'conv1.filters': [3, -1] })
    const { data, explained } = await gradient(model, images.subarray(0, 2))
    expect([...data]).toEqual([1.5, 1.5])
    expect(explained[0]?.score).toBe(4.5)
    const unit = { layer: 'conv1', channel: 1, position: [0, 1] } as const
    expect([...(await gradient(model, images.subarray(0, 2), { target: unit })).data]).toEqual([0, -1])
    await expect(occlusion(model, images.subarray(0, 2))).rejects.toThrow(/no classifier/)
  })

  it.each([
    [{ target: 4 }, /no such class/],
    [{ target: 'cat' }, /no class names/],
    [{ target: [0, 1] }, /one target for each image/],
    [{ target: { layer: 'relu9', channel: 0 } }, /did you mean relu/],
    [{ target: { layer: 'relu1', channel: 8 } }, /no such channel of relu1/],
    [{ target: { layer: 'relu1', channel: 0, position: [0, 8] } }, /no such position/],
    [{ batch: 0 }, /batch/],
    [{ layer: 'relu1' }, /no option layer/],
  ])('refuse %j', async (options, message) => {
    await expect(gradient(await modelOf(convolutional), noise, options as never)).rejects.toThrow(message)
  })

  it('offer the class that was meant', async () => {
    const model = await modelOf(convolutional, {}, { info: { classes: ['tabby cat', 'dog', 'owl', 'fox'] } })
    await expect(gradient(model, noise, { target: 'cat' })).rejects.toThrow(/did you mean tabby cat/)
  })
})

describe('all maps', () => {
  it('need a ReLU only if they are of its rules', async () => {
    const model = await modelOf('INPUT 8x8x3 -> CONV3-8 -> SILU -> GAP -> FC-4')
    await expect(guidedBackprop(model, noise)).rejects.toThrow(/guided backpropagation needs a ReLU/)
    await expect(deconvnet(model, noise)).rejects.toThrow(/a deconvnet needs a ReLU/)
    expect((await gradient(model, noise)).data.some((value) => value !== 0)).toBe(true)
  })

  it.each(names)('%s is finite for an image of one gray value, and for one of zeros', async (name) => {
    const model = await modelOf(convolutional)
    const { map } = attributionMethods[name]
    for (const value of [0, 0.3]) {
      const { data } = await map(model, new Float32Array(noise.length).fill(value), { samples: 2, steps: 4 })
      expect(data.every(Number.isFinite)).toBe(true)
    }
  })

  it.each(names)('%s changes when the weights are random (Adebayo et al. 2018)', async (name) => {
    const model = await modelOf(convolutional, {}, { seed: 7 })
    const { map } = attributionMethods[name]
    const options = { target: 1, samples: 4, steps: 8, window: 2, stride: 1 }
    const [only] = await randomizationCheck(model, (other) => map(other, noise, options), { seed: 8 })
    expect(only?.layer).toBe('conv1')
    // Far below 1, which the same map would have.
    expect(only?.correlation ?? 0).toBeLessThan(0.8)
    const [same] = await randomizationCheck(model, (other) => map(other, noise, options), { seed: 7 })
    expect(same?.correlation ?? 1).toBeCloseTo(1, 10)
  })

  it('are checked layer by layer, from the scores', async () => {
    const model = await modelOf(convolutional)
    const found = await randomizationCheck(model, (other) => gradient(other, noise, { target: 1 }), {
      layers: 'cascade',
    })
    expect(found.map(({ layer }) => layer)).toEqual(['fc1', 'conv2', 'conv1'])
  })

  it.each(names)('%s leaves the model as it was, and takes no memory that stays', async (name) => {
    const model = await modelOf(convolutional)
    const before = await model.predict(noise)
    const weights = await model.snapshot()
    const mapped = attributionMethods[name].map(model, noise, { samples: 2, steps: 2 })
    // In the order of the calls.
    const meanwhile = model.predict(noise)
    await mapped
    expect(await meanwhile).toEqual(before)
    expect(await model.snapshot()).toEqual(weights)
    await model.release()
    expect(model.allocatedBytes).toBe(0)
  })

  it('are the same in any batch, and with the same seed', async () => {
    const model = await modelOf(convolutional)
    const one = await smoothGrad(model, noise, { samples: 5, batch: 1 })
    const other = await smoothGrad(model, noise, { samples: 5, batch: 3 })
    one.data.forEach((value, index) => {
      expect(other.data[index]).toBeCloseTo(value, 6)
    })
    expect((await smoothGrad(model, noise, { samples: 5, batch: 3 })).data).toEqual(other.data)
    expect((await smoothGrad(model, noise, { samples: 5, batch: 3, seed: 1 })).data).not.toEqual(other.data)
  })

  it('say how far they are, and stop', async () => {
    const model = await modelOf(convolutional)
    const said: string[] = []
    await integratedGradients(model, noise, {
      steps: 4,
      batch: 4,
      progress: (done, all) => said.push(`${done}/${all}`),
    })
    expect(said).toEqual(['4/6', '6/6'])
    const signal = AbortSignal.abort(new Error('enough'))
    await expect(gradient(model, noise, { signal })).rejects.toThrow('enough')
    await expect(occlusion(model, noise, { signal })).rejects.toThrow('enough')
    await expect(scoreCam(model, noise, { signal })).rejects.toThrow('enough')
    expect((await model.predict(noise)).length).toBe(4)
  })

  it('refuse images that are too small, or not finite', async () => {
    const model = await modelOf(convolutional)
    for (const name of names)
      await expect(attributionMethods[name].map(model, noise.subarray(1), {})).rejects.toThrow(/whole number of images/)
    await expect(gradient(model, noise.with(3, Number.NaN))).rejects.toThrow(/finite/)
    model.weights.set('fc1.bias', [Number.NaN, 0, 0, 0])
    for (const name of names)
      await expect(attributionMethods[name].map(model, noise, {})).rejects.toThrow(/finite numbers/)
  })
})
