/** Maps of what matters in an image, compared with PyTorch in float64 on a published ResNet-20 (`../shared/golden/insight`). */

import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { toPositions } from '../src/exchange/layout.ts'
import { matchWeights } from '../src/exchange/matchWeights.ts'
import { modelFiles } from '../src/exchange/node/modelFiles.ts'
import { readTensors } from '../src/exchange/read.ts'
import { gradCam, gradCamPlusPlus } from '../src/insight/attribution/gradCam.ts'
import { deconvnet, gradient, gradientTimesInput, guidedBackprop } from '../src/insight/attribution/gradient.ts'
import { integratedGradients } from '../src/insight/attribution/integratedGradients.ts'
import { occlusion } from '../src/insight/attribution/occlusion.ts'
import { Model } from '../src/model/model.ts'
import { inferVolumes } from '../src/network/volumes.ts'
import { zoo } from '../src/zoo/zoo.ts'

const shared = join(import.meta.dirname, '../../shared')
const golden = join(shared, 'golden/insight')
const absent = 'needs ../shared, which is not part of the repository'

async function array(path: string) {
  const [only] = (await readTensors(modelFiles(path))).tensors.values()
  if (only === undefined) throw new Error(`${path} is empty`)
  return only
}

describe.skipIf(!existsSync(golden))(`maps of the published ResNet-20 (${absent})`, () => {
  let model: Model
  let images: Float32Array
  const { target, completeness } = existsSync(golden)
    ? JSON.parse(readFileSync(join(golden, 'index.json'), 'utf8'))
    : { target: [], completeness: [] }

  beforeAll(async () => {
    const network = zoo.network('resnet20')
    const { tensors } = await readTensors(modelFiles(join(shared, 'models/cifar10-resnet20/resnet20-12fca82f.th')))
    const { weights } = matchWeights(network, tensors)
    model = await Model.create(network, { weights, threads: 1 })
    const { values } = await array(join(shared, 'golden/resnet20-12fca82f/input.npy'))
    images = toPositions(values, model.input).slice(0, 4 * 32 * 32 * 3)
  })
  afterAll(() => model?.dispose())

  /** The layer that ends a stage: the last map of this side. */
  const stageEnd = (side: number) =>
    inferVolumes(model.network).findLast(({ output }) => output.height === side)?.node.name

  test('gradients', async () => {
    const found = await gradient(model, images)
    expect(found.explained.map(({ channel }) => channel)).toEqual(target)
    await expectMaps('gradient', found)
    await expectMaps('gradientTimesInput', await gradientTimesInput(model, images))
  })

  test('guided backpropagation and the deconvnet', async () => {
    await expectMaps('guidedBackprop', await guidedBackprop(model, images))
    await expectMaps('deconvnet', await deconvnet(model, images))
  })

  test('integrated gradients, which are complete but for the error of the sum', async () => {
    const found = await integratedGradients(model, images)
    // A ReLU whose input is within a rounding of 0 may let a gradient pass at one of the 64 points, and not in float64. Then
    // some pixels are off by up to a 64th of what a point adds; the reference, on points in float64, is right to 2.5e-8.
    const { values } = await array(join(golden, 'gradientTimesInput.npy'))
    await expectMaps('integratedGradients', found, rangeOf(values) / 64)
    expect(await shareOff('integratedGradients', found)).toBeLessThan(0.01)
    found.completeness.forEach(({ sum, difference, gap }, index) => {
      const [expectedSum, expectedDifference] = completeness[index]
      expect(Math.abs(sum - expectedSum)).toBeLessThan(1e-4 * expectedDifference)
      expect(Math.abs(difference - expectedDifference)).toBeLessThan(1e-4 * expectedDifference)
      expect(gap).toBeCloseTo(Math.abs(1 - expectedSum / expectedDifference), 3)
    })
  })

  test('class activation maps', async () => {
    await expectMaps('gradCam_layer3', await gradCam(model, images))
    for (const [stage, side] of [
      ['layer3', 8],
      ['layer2', 16],
    ] as const) {
      const layer = stageEnd(side)
      await expectMaps(`gradCam_${stage}`, await gradCam(model, images, { layer }))
      await expectMaps(`gradCamPlusPlus_${stage}`, await gradCamPlusPlus(model, images, { layer }))
    }
  })

  test('occlusion', async () => {
    await expectMaps('occlusion', await occlusion(model, images, { window: 8, stride: 4 }))
  })
})

type Found = { readonly shape: readonly number[]; readonly data: Float32Array }

function rangeOf(values: Float32Array): number {
  let [least, most] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]
  for (const value of values) {
    least = Math.min(least, value)
    most = Math.max(most, value)
  }
  return most - least
}

/** To 1e-4 of the range of all maps. */
async function expectMaps(name: string, found: Found, tolerance?: number): Promise<void> {
  const { shape, values } = await array(join(golden, `${name}.npy`))
  expect(found.shape, name).toEqual(shape)
  const worst = values.reduce((most, value, i) => Math.max(most, Math.abs(value - (found.data[i] as number))), 0)
  expect(worst, name).toBeLessThan(tolerance ?? 1e-4 * rangeOf(values))
}

/** The share of the values that are off by more than 1e-4 of the range. */
async function shareOff(name: string, { data }: Found): Promise<number> {
  const { values } = await array(join(golden, `${name}.npy`))
  const limit = 1e-4 * rangeOf(values)
  return values.filter((value, i) => Math.abs(value - (data[i] as number)) > limit).length / values.length
}
