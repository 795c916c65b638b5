// What layers give: activations, dead units, the patches that excite units most, and layers step by step, for networks whose
// values are known by hand or by the reference.

import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { Random } from '../core/random.ts'
import type { Split } from '../data/dataset.ts'
import { convolutionFrames } from '../inspect/convolution/frames.ts'
import { poolingFrames } from '../inspect/convolution/pooling.ts'
import { Model } from '../model/model.ts'
import { parse } from '../notation/parse.ts'
import { activationMaps, activationStatistics, type LayerActivation } from './activationMaps.ts'
import { deadUnits } from './deadUnits.ts'
import { layersToShow, type ShownConvolution, type ShownPooling, showLayer } from './showLayer.ts'
import { topPatches } from './topPatches.ts'

const normalization = { mean: [0], std: [1 / 255] }

/** Grey images of 4×4 with one bright pixel each: image i at pixel i, of brightness 10·(i + 1). */
function split(count: number): Split {
  const images = new Uint8Array(16 * count)
  for (let i = 0; i < count; i++) images[i * 16 + i] = 10 * (i + 1)
  return { count, height: 4, width: 4, channels: 1, images, labels: new Uint8Array(count) }
}

/** ReLU of the pixel, of its negative, and of the pixel less 45. */
let model: Model
beforeAll(async () => {
  model = await Model.create(parse('INPUT 4x4x1 -> CONV1-3 -> RELU -> POOL2 -> FC-2'), {
    backend: 'reference',
    info: { normalization },
  })
  model.weights.set('conv1.filters', [1, -1, 1])
  model.weights.set('conv1.bias', [0, 0, -45])
})
afterAll(() => model.dispose())

describe('activations of an image', () => {
  it('come layer by layer, with their statistics', async () => {
    const found: LayerActivation[] = []
    const picture = new Float32Array(16)
    picture[5] = 50
    await activationMaps(model, picture, (layer) => found.push(layer), { layers: ['relu1', 'conv1'] })
    expect(found.map(({ layer }) => layer)).toEqual(['conv1', 'relu1'])
    const relu = found[1] as LayerActivation
    expect(relu.volume).toEqual({ height: 4, width: 4, channels: 3 })
    expect([...relu.data.subarray(15, 18)]).toEqual([50, 0, 5])
    expect(relu.statistics).toMatchObject({ least: 0, most: 50, zeros: 46 / 48, silent: 1, notFinite: 0 })
    expect([...relu.statistics.channelPeaks]).toEqual([50, 0, 5])
    expect(relu.statistics.channelMeans[0]).toBeCloseTo(50 / 16, 12)
  })

  it('are all layers by default, the input among them', async () => {
    const names: string[] = []
    await activationMaps(model, new Float32Array(16), ({ layer }) => names.push(layer))
    expect(names).toEqual(['input1', 'conv1', 'relu1', 'pool1', 'fc1'])
  })

  it('count what is not finite, and leave it out', () => {
    const values = Float32Array.of(Number.NaN, 1, 2, Number.POSITIVE_INFINITY, 0, 3)
    const found = activationStatistics(values, 2)
    expect(found).toMatchObject({ notFinite: 2, mean: 1.5, least: 0, most: 3, zeros: 1 / 6, silent: 0 })
    expect([...found.channelPeaks]).toEqual([2, 3])
  })

  it('refuse two images and a layer that does not exist', async () => {
    await expect(activationMaps(model, new Float32Array(32), () => {})).rejects.toThrow(
      /takes one image[\s\S]*2 images/,
    )
    await expect(activationMaps(model, new Float32Array(16), () => {}, { layers: ['relu2'] })).rejects.toThrow(
      /no layer has this name[\s\S]*did you mean relu1/,
    )
  })
})

describe('dead units', () => {
  it('are never above 0 for any image', async () => {
    const [row, ...others] = await deadUnits(model, split(8))
    expect(others).toEqual([])
    // Channel 0 is active at the pixels 0 to 7, channel 2 at those of images brighter than 45: 4 to 7.
    expect(row).toMatchObject({ layer: 'relu1', images: 8, dead: 48 - 8 - 4, deadChannels: [1] })
    expect(row?.share).toBeCloseTo(36 / 48, 12)
    expect(row?.active).toBeCloseTo((8 + 4) / (48 * 8), 12)
  })

  it('are the same in batches of one, with less memory, and of the first images only', async () => {
    const progress: number[] = []
    const options = { memory: 1, progress: (done: number) => progress.push(done) }
    expect(await deadUnits(model, split(5), options)).toEqual(await deadUnits(model, split(5)))
    expect(progress).toEqual([1, 2, 3, 4, 5])
    const [row] = await deadUnits(model, split(8), { among: 4 })
    expect(row).toMatchObject({ images: 4, deadChannels: [1, 2] })
  })

  it('need a ReLU, or the name of another layer', async () => {
    await using plain = await Model.create(parse('INPUT 4x4x1 -> CONV1-2 -> TANH -> FC-2'), { info: { normalization } })
    await expect(deadUnits(plain, split(2))).rejects.toThrow(/no ReLU[\s\S]*tanh/)
    expect(await deadUnits(plain, split(2), { layers: ['tanh*'] })).toHaveLength(1)
  })

  it('refuse images of another size, no images, and a model without normalization', async () => {
    const wide = { ...split(2), width: 2, height: 8 }
    await expect(deadUnits(model, wide)).rejects.toThrow(/do not fit the network[\s\S]*8×2×1/)
    await expect(deadUnits(model, split(0))).rejects.toThrow(/no images/)
    await expect(deadUnits(model, split(2), { among: 0 })).rejects.toThrow(/among/)
    await using bare = await Model.create(model.network, { backend: 'reference' })
    await expect(deadUnits(bare, split(2))).rejects.toThrow(/no normalization[\s\S]*dataset.normalization/)
  })

  it('can be stopped', async () => {
    const signal = AbortSignal.abort(new Error('enough'))
    await expect(deadUnits(model, split(3), { signal })).rejects.toThrow('enough')
  })
})

describe('the patches that excite units most', () => {
  it('are the strongest images with the window that did it, and none for dead units', async () => {
    const found = await topPatches(model, split(8), 'pool1', { most: 2 })
    expect(found).toMatchObject({ layer: 'pool1', images: 8, volume: { height: 2, width: 2, channels: 3 } })
    expect(found.field).toMatchObject({ size: [2, 2], stride: [2, 2], start: [0, 0] })
    const [first, second, third] = found.units
    // Image 7 has its pixel at row 1, column 3; image 6 at row 1, column 2: both are under the second window.
    const window = { row: 0, column: 1, top: 0, left: 2, height: 2, width: 2 }
    expect(first?.patches).toEqual([
      { index: 7, value: 80, ...window },
      { index: 6, value: 70, ...window },
    ])
    expect(second?.patches).toEqual([])
    expect(third?.patches[0]).toMatchObject({ index: 7, value: 35 })
  })

  it('lie on the image, also where the receptive field reaches beyond it', async () => {
    await using wide = await Model.create(parse('INPUT 4x4x1 -> CONV3-1 -> FC-2'), {
      backend: 'reference',
      info: { normalization },
    })
    wide.weights.set('conv1.filters', [0, 0, 0, 0, 1, 0, 0, 0, 0])
    const { units } = await topPatches(wide, split(1), 'conv1')
    expect(units[0]?.patches).toEqual([
      { index: 0, value: 10, row: 0, column: 0, top: 0, left: 0, height: 2, width: 2 },
    ])
  })

  it('refuse several layers and channels that there are not', async () => {
    await expect(topPatches(model, split(1), '*')).rejects.toThrow(/takes one layer/)
    await expect(topPatches(model, split(1), 'relu1', { channels: [3] })).rejects.toThrow(
      /no such channel[\s\S]*0 to 2/,
    )
    await expect(topPatches(model, split(1), 'relu1', { most: 0 })).rejects.toThrow(/most/)
  })
})

describe('a layer step by step', () => {
  const network = parse(
    'INPUT 9x8x4 -> CONV3-6 s2 -> RELU -> CONV3x2-8 g2 p1,0,1,1 d2 -> POOL3 s1 p1 -> AVGPOOL2 s1 -> FC-5 -> SOFTMAX',
  )
  let some: Model
  const picture = new Float32Array(9 * 8 * 4)
  beforeAll(async () => {
    some = await Model.create(network, { backend: 'reference', seed: 4 })
    const random = Random.seeded(9, 'picture')
    picture.forEach((_, index) => {
      picture[index] = random.normal()
    })
  })
  afterAll(() => some.dispose())

  it.each(['conv1', 'conv2', 'fc1'])('has the values of the layer itself: %s', async (layer) => {
    for (const options of [{}, { channels: 1, positions: 2 }, { filters: [1, 4], channels: 64, positions: 8 }]) {
      const shown = (await showLayer(some, picture, layer, options)) as ShownConvolution
      expect(shown.kind).toBe('convolution')
      const { frames } = convolutionFrames(shown.source)
      const { data, shape } = (await some.activations(picture, [layer]))[layer] ?? {
        data: new Float32Array(),
        shape: [],
      }
      const [, , width = 0, channels = 0] = shape
      for (const { filter, row, column, value } of frames) {
        const at =
          ((shown.from[0] + row) * width + shown.from[1] + column) * channels + (shown.filters[filter] as number)
        // The layer's value is rounded to float32.
        expect(Math.abs(value - (data[at] as number))).toBeLessThan(1e-5)
      }
    }
  })

  it('says what is left out', async () => {
    const shown = await showLayer(some, picture, 'conv1')
    expect(shown.remarks.join(' ')).toMatch(/A part of the map.*2 of 6 filters.*3 of the 4 channels/)
    const whole = await showLayer(some, picture, 'fc1', { filters: [0, 1, 2, 3, 4], channels: 64 })
    expect(whole.remarks).toEqual([])
  })

  it.each(['pool1', 'avgpool1'])('has the gradient of the highest score: %s', async (layer) => {
    const shown = (await showLayer(some, picture, layer, { filters: [2], positions: 8 })) as ShownPooling
    const made = poolingFrames(shown.source)
    const { data, shape } = (await some.activations(picture, [layer]))[layer] ?? { data: new Float32Array(), shape: [] }
    expect(made.output.length * 8).toBe(data.length)
    made.output.forEach((value, position) => {
      expect(Math.abs(value - (data[position * (shape[3] ?? 0) + 2] as number))).toBeLessThan(1e-5)
    })
    if (layer === 'pool1') return
    // What flows into the average pooling by the frames is the gradient that the plan gives there.
    const node = 'pool1'
    const program = await some.bind({
      taps: ['fc1'],
      goal: { kind: 'gradients', of: { node: 'fc1' }, to: [{ node }], statistics: 'tracked' },
    })
    const { ports } = program.plan
    program.write(ports.pictures, picture)
    const scores = await some.activations(picture, ['fc1'])
    const top = (scores.fc1?.data ?? new Float32Array()).reduce(
      (best, score, i, all) => (score > (all[best] as number) ? i : best),
      0,
    )
    program.write(
      ports.outputGradient as number,
      Float32Array.from({ length: 5 }, (_, i) => (i === top ? 1 : 0)),
    )
    await program.run()
    const gradient = await program.read(ports.gradients?.nodes[node] as number)
    made.inputGradient.forEach((value, position) => {
      expect(Math.abs(value - (gradient[position * 8 + 2] as number))).toBeLessThan(1e-6)
    })
    await program.dispose()
  })

  it('names the layers that can be shown, and refuses others', async () => {
    expect(layersToShow(some).map(({ name, kind }) => `${name} ${kind}`)).toEqual([
      'conv1 convolution',
      'conv2 convolution',
      'pool1 pooling',
      'avgpool1 pooling',
      'fc1 convolution',
    ])
    await expect(showLayer(some, picture, 'relu1')).rejects.toThrow(/relu1 cannot be shown[\s\S]*conv1, conv2/)
    await expect(showLayer(some, picture, 'conv9')).rejects.toThrow(/no layer has this name/)
    await expect(showLayer(some, picture, 'conv1', { filters: [6] })).rejects.toThrow(/no such filter[\s\S]*0 to 5/)
    await expect(showLayer(some, picture, 'pool1', { filters: [0, 1] })).rejects.toThrow(
      /no such channel[\s\S]*one number/,
    )
    await expect(showLayer(some, picture, 'conv1', { positions: 9 })).rejects.toThrow(/positions/)
    await expect(showLayer(some, new Float32Array(2 * 9 * 8 * 4), 'conv1')).rejects.toThrow(/one image/)
    await using flat = await Model.create(parse('INPUT 2x2x1 -> RELU'), { backend: 'reference' })
    expect(layersToShow(flat)).toEqual([])
    await expect(showLayer(flat, new Float32Array(4), 'relu1')).rejects.toThrow(/this network has none/)
  })
})
