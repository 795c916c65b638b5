// What is recommended for folders of all sizes and shapes: it must parse, come out whole, and fit into memory.

import { describe, expect, it } from 'vitest'
import { parseAugmentation } from '../data/augmentation.ts'
import type { Survey } from '../data/node/survey.ts'
import { headOf } from '../network/fitHead.ts'
import { inferVolumes } from '../network/volumes.ts'
import { parse } from '../notation/parse.ts'
import { LARGEST_MEMORY } from '../ops/wasm/target.ts'
import { plan } from '../plan/plan.ts'
import { recommend } from './recommend.ts'

interface Given {
  readonly count?: number
  readonly sizes?: readonly (readonly [height: number, width: number])[]
  readonly names?: readonly string[]
  readonly gray?: boolean
}

function survey({ count = 400, sizes = [[480, 640]], names = ['cat', 'dog'], gray = false }: Given): Survey {
  return {
    classes: names.map((name) => ({ name, count: count / names.length })),
    count,
    sizes: Array.from({ length: count }, (_, index) => {
      const [height, width] = sizes[index % sizes.length] as readonly [number, number]
      return { height, width }
    }).sort((a, b) => a.height * a.width - b.height * b.width),
    color: gray ? 0 : count,
    broken: [],
    notices: [],
    duplicates: [],
  }
}

const option = (options: readonly string[], name: string) => options[options.indexOf(name) + 1] as string

describe('the input', () => {
  it.each<[Given, input: string, reason: RegExp]>([
    [{ sizes: [[28, 28]], gray: true }, '28x28x1', /the size that all images have/],
    [{ sizes: [[32, 32]] }, '32x32x3', /the size that all images have/],
    [{ sizes: [[128, 128]] }, '64x64x3', /^input 64×64: larger ones take longer and need more images$/],
    [{ sizes: [[480, 640]] }, '64x80x3', /near the shape of most images \(1\.33 : 1\)/],
    [{ sizes: [[640, 480]] }, '80x64x3', /near the shape of most images \(0\.75 : 1\)/],
    [
      {
        sizes: [
          [480, 640],
          [640, 480],
        ],
      },
      '64x64x3',
      /cut at its longer sides/,
    ],
    [{ sizes: [[50, 50]] }, '48x48x3', /most images are not larger/],
    [{ sizes: [[30, 30]] }, '32x32x3', /most images are not larger/],
    [{ sizes: [[10, 2000]] }, '32x128x3', /near the shape of most images/],
    [{ sizes: [[1, 1]] }, '32x32x3', /not larger/],
  ])('%j', (given, input, reason) => {
    const { notation, reasons } = recommend(survey(given))
    expect(notation).toMatch(new RegExp(`^INPUT ${input}\n`))
    expect(reasons[0]).toMatch(reason)
  })
})

it('comes out whole at every size, ends in one score per class, and can be trained', () => {
  for (const height of [8, 12, 16, 28, 32, 40, 64, 100, 3000]) {
    for (const width of [8, 20, 28, 64, 90, 4000]) {
      for (const names of [['a'], ['cat', 'dog'], Array.from({ length: 40 }, (_, index) => `class ${index}`)]) {
        const { notation, options } = recommend(survey({ sizes: [[height, width]], names, count: 80 }))
        const network = parse(notation, { strict: true })
        expect(headOf(network)?.count).toBe(names.length)
        expect(inferVolumes(network).at(-1)?.output.channels).toBe(names.length)
        const batch = Number(option(options, '--batch'))
        const { arenaBytes } = plan(network, { batch, mode: 'training', optimizer: 'nesterov' })
        expect(arenaBytes).toBeLessThan(LARGEST_MEMORY / 4)
      }
    }
  }
})

it.each([1, 2, 9, 40, 300, 1000, 5000, 60_000])(
  '%i images: the batch fits, and epochs fall as images grow',
  (count) => {
    const { options } = recommend(survey({ count, names: ['cat'] }))
    const epochs = Number(option(options, '--epochs'))
    expect(epochs).toBeGreaterThanOrEqual(10)
    expect(epochs).toBeLessThanOrEqual(60)
    const heldOut = Math.max(1, Math.round(0.2 * count))
    expect(Number(option(options, '--batch'))).toBeLessThanOrEqual(Math.max(1, count - heldOut))
  },
)

it('works against overfitting where images are few, and only there', () => {
  const few = recommend(survey({ count: 300 })).options
  const many = recommend(survey({ count: 10_000 })).options
  expect(few.join(' ')).toMatch(/--augment flip,crop8,cutout16 --label-smoothing 0\.1$/)
  expect(many.join(' ')).toMatch(/--augment flip,crop8$/)
  expect(Number(option(few, '--weight-decay'))).toBeGreaterThan(Number(option(many, '--weight-decay')))
})

it('two images of each of two classes: one of each is trained on', () => {
  expect(option(recommend(survey({ count: 4 })).options, '--batch')).toBe('2')
})

describe('augmentation mirrors, unless the names of classes say that a mirror changes the class', () => {
  it.each<[names: string[], flips: boolean]>([
    [['cat', 'dog'], true],
    [['0', '1', '2'], false],
    [['A', 'B'], false],
    [['眼', '目'], false],
    [['turn left', 'turn-right'], false],
    [['left_hand', 'other'], false],
    [['brightness', 'leftovers'], true],
    [['10', 'cat'], false],
  ])('%j', (names, flips) => {
    const augmentation = parseAugmentation(option(recommend(survey({ names })).options, '--augment'))
    expect(augmentation.flip === true).toBe(flips)
    expect(augmentation.crop).toBeGreaterThanOrEqual(1)
    expect(augmentation.cutout).toBeGreaterThanOrEqual(1)
  })
})
