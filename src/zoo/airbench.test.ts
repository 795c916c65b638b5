/**
 * airbench94's recipe is that of the paper's code, airbench94_muon.py: its rates, decays and spans as PyTorch's optimizers take
 * them, and a few steps of a small network of the same form, on the kernels against float64.
 */

import { describe, expect, it } from 'vitest'
import { Random } from '../core/random.ts'
import { dataset } from '../data/dataset.ts'
import { Model } from '../model/model.ts'
import type { BackendName } from '../model/options.ts'
import { parse } from '../notation/parse.ts'
import { train } from '../train/loop.ts'
import { resolveSettings } from '../train/options.ts'
import { zoo } from './zoo.ts'

const recipe = zoo.entry('airbench94').recipes?.cifar10 as NonNullable<
  NonNullable<ReturnType<typeof zoo.entry>['recipes']>[string]
>

/** Noise in the shape of CIFAR-10. */
function noise(count: number) {
  const random = Random.seeded(1, 'noise')
  const images = Uint8Array.from({ length: count * 32 * 32 * 3 }, () => random.integer(256))
  const labels = Uint8Array.from({ length: count }, (_, i) => i % 10)
  const split = { height: 32, width: 32, channels: 3, images, labels }
  return dataset({ name: 'noise', classes: [...'abcdefghij'], train: split, test: split })
}

/** The same layers with fewer filters. */
const small = zoo
  .entry('airbench94')
  .notation.replaceAll('-256 nobias', '-8 nobias')
  .replaceAll('-64 nobias', '-4 nobias')
  .replace('0.00390625', '0.125')

describe('airbench94', () => {
  it('learns at the rates of the paper’s code, stretched to 10 epochs', async () => {
    await using model = await Model.create(zoo.network('airbench94'), { threads: 1 })
    // 25 steps an epoch, as of 50,000 images.
    const settings = resolveSettings(model, noise(100), { ...recipe, batch: 4 })
    expect([settings.stepsPerEpoch, settings.epochs]).toEqual([25, 10])
    const groups = new Map(settings.learning.flatMap((group) => group.weights.map((name) => [name, group] as const)))
    // The loss of the code is summed over the batch of 2000 images: its gradients are 2000 times those of a mean.
    const bias = 0.053
    const head = 0.67
    const decay = 2e-6 * 2000
    for (const [name, rate] of [
      ['conv1.bias', bias],
      ['bn1.shift', bias],
      ['bn6.shift', bias],
      ['fc1.filters', head],
    ] as const) {
      const group = groups.get(name)
      expect(group?.optimizer.settings, name).toMatchObject({ kind: 'nesterov', momentum: 0.85 })
      const { rate: ours = 0, weightDecay = 0 } = group?.optimizer.settings ?? {}
      expect(ours / 2000, name).toBeCloseTo(rate, 12)
      // What PyTorch adds to the summed gradient, weight_decay = decay/rate, over the number of images.
      expect(weightDecay * 2000, name).toBeCloseTo(decay / rate, 12)
      expect(group?.decaysAll, name).toBe(true)
    }
    expect(groups.get('conv1.filters')?.frozen).toBe(true)
    expect(groups.has('conv2.filters')).toBe(false)
    expect(settings.optimizer).toMatchObject({ kind: 'muon', rate: 0.24, momentum: 0.6, nsSteps: 3, filterNorm: 1 })
    const whitening = groups.get('conv1.bias')
    for (const step of [0, 1, 74]) {
      expect(settings.rates.rate(1, step)).toBeCloseTo(1 - step / 250, 12)
      expect(whitening?.schedule?.rate(1, step)).toBeCloseTo(1 - step / 94, 12)
    }
    expect([whitening?.from, whitening?.until]).toEqual([0, 94])
    expect(settings.labelSmoothing).toBe(0.2)
    expect(settings.augment).toEqual({ flip: 'alternating', crop: 2, border: 'reflect' })
  })

  it('takes the same steps on the kernels as in float64', async () => {
    const data = noise(12)
    const trained = async (backend: BackendName) => {
      await using model = await Model.create(parse(small), { seed: 1, threads: 1, backend })
      const losses: number[] = []
      for await (const { kind, loss } of train(model, data, { ...recipe, batch: 6, epochs: 2, evaluate: 'never' }))
        if (kind === 'epoch') losses.push(loss)
      return { losses, weights: new Map(model.weights.names.map((name) => [name, [...model.weights.get(name)]])) }
    }
    const [kernels, exact] = [await trained('wasm'), await trained('reference')]
    kernels.losses.forEach((loss, i) => {
      expect(Math.abs(loss - (exact.losses[i] as number))).toBeLessThan(1e-4 * loss)
    })
    for (const [name, values] of kernels.weights) {
      const other = exact.weights.get(name) as number[]
      const most = other.reduce((a, b) => Math.max(a, Math.abs(b)), 1e-3)
      // Some 64 roundings on the way to a gradient, of which Newton–Schulz multiplies those of small directions by up to
      // 3.4445³ = 41, in each of four steps.
      values.forEach((value, i) => {
        expect(Math.abs(value - (other[i] as number)), `${name} at ${i}`).toBeLessThan(4 * 41 * 64 * 2 ** -23 * most)
      })
    }
  })
})
