/** Every recipe of the zoo starts: its settings fit its network, and the losses of its first steps are finite. */

import { describe, expect, it } from 'vitest'
import { Random } from '../core/random.ts'
import type { Volume } from '../core/shapes.ts'
import { dataset } from '../data/dataset.ts'
import { checkViews } from '../data/views.ts'
import { Model } from '../model/model.ts'
import { fitInput } from '../network/fitInput.ts'
import { train } from '../train/loop.ts'
import { resolveSettings } from '../train/options.ts'
import { zoo } from './zoo.ts'

const inputs: Readonly<Record<string, Volume>> = {
  cifar10: { height: 32, width: 32, channels: 3 },
  mnist: { height: 28, width: 28, channels: 1 },
}

function noise({ height, width, channels }: Volume, count: number) {
  const random = Random.seeded(1, 'noise')
  const images = Uint8Array.from({ length: count * height * width * channels }, () => random.integer(256))
  const labels = Uint8Array.from({ length: count }, (_, i) => i % 10)
  const split = { height, width, channels, images, labels }
  return dataset({ name: 'noise', classes: [...'abcdefghij'], train: split, test: split })
}

const recipes = zoo.names.flatMap((name) =>
  Object.entries(zoo.entry(name).recipes ?? {}).map(([data, recipe]) => ({ name, data, recipe })),
)

describe('recipes', () => {
  it('are there for the networks whose results the page of records lists', () => {
    expect(recipes.map(({ name, data }) => `${name} ${data}`)).toEqual(
      expect.arrayContaining([
        'lenet5 mnist',
        ...['airbench94', 'resnet20', 'resnet56', 'torch7-cifar', 'all-cnn-c', 'cifar-small'].map(
          (name) => `${name} cifar10`,
        ),
      ]),
    )
  })

  it.each(recipes.filter(({ name }) => !/resnet(32|44|56|110)/.test(name)))(
    '$name on $data starts',
    async ({ name, data, recipe }) => {
      const input = inputs[data] as Volume
      const pictures = noise(input, 8)
      await using model = await Model.create(fitInput(zoo.network(name), input), { threads: 1 })
      if (recipe.views !== undefined) checkViews(recipe.views)
      const losses: number[] = []
      // The first two steps: as the schedule begins.
      for await (const { kind, epoch, loss } of train(model, pictures, { ...recipe, batch: 4, evaluate: 'never' })) {
        if (kind !== 'epoch' || epoch > 1) continue
        losses.push(loss)
        break
      }
      expect(losses).toHaveLength(1)
      expect(losses.every(Number.isFinite)).toBe(true)
    },
  )

  it.each(recipes)('$name on $data: its settings fit its network', async ({ name, data, recipe }) => {
    const input = inputs[data] as Volume
    await using model = await Model.create(fitInput(zoo.network(name), input), { threads: 1 })
    const { batch, epochs } = resolveSettings(model, noise(input, 4), { ...recipe, batch: 4 })
    expect([batch, epochs]).toEqual([4, recipe.epochs])
  })
})
