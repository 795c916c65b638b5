/** The Python side knows every word that a recipe can have; what it lacks is named, all at once. */

import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { root } from '../../../scripts/files.ts'
import { layers } from '../../layers/layers.ts'
import { parse } from '../../notation/parse.ts'
import { lossKinds, lossNumbers, lossWeights } from '../../ops/losses/table.ts'
import { optimizerKinds, resolveOptimizer } from '../../ops/optimizer/optimizers.ts'
import { resolveSchedule, scheduleKinds } from '../../train/schedule.ts'
import { checkForms, lacking } from './lacking.ts'
import type { TorchRecipe } from './recipe.ts'

const python = (file: string) => readFileSync(join(root, 'python/lenslet', file), 'utf8')

/** `_OPTIMIZERS = { "sgd": "rate weightDecay", … }` */
function table(name: string): Readonly<Record<string, readonly string[]>> {
  const [, body = ''] = new RegExp(`^${name} = \\{\\n([^}]*)^\\}`, 'm').exec(python('recipe.py')) ?? []
  const rows = [...body.matchAll(/"([\w-]+)": "([^"]*)"/g)]
  return Object.fromEntries(rows.map(([, key = '', words = '']) => [key, words.split(' ').filter(Boolean).toSorted()]))
}

const without = (names: readonly string[], reasons: object) => names.filter((name) => !Object.hasOwn(reasons, name))
const numbersOf = ({ kind: _, ...numbers }: { readonly kind: string }) => Object.keys(numbers).toSorted()

describe('the words of train.py are ours, or have a reason', () => {
  it('layers', () => {
    const text = python('layers.py')
    const classes = [...text.matchAll(/^@layer\(([^)]*)\)/gm)].flatMap(([, names = '']) =>
      [...names.matchAll(/"(\w+)"/g)].map(([, name = '']) => name),
    )
    const [, functions = ''] = /^functions: .* = \{\n([\s\S]*?)^\}/m.exec(text) ?? []
    const known = [...classes, ...[...functions.matchAll(/^ {4}"(\w+)":/gm)].map(([, name = '']) => name)]
    const ours = Object.keys(layers).filter((type) => type !== 'input')
    expect(known.toSorted()).toEqual(without(ours, lacking.layers).toSorted())
  })

  it('optimizers and their numbers', () => {
    const ours = optimizerKinds.map((kind) => [kind, numbersOf(resolveOptimizer(kind).settings)] as const)
    const kinds = without(optimizerKinds, lacking.optimizers)
    expect(table('_OPTIMIZERS')).toEqual(Object.fromEntries(ours.filter(([kind]) => kinds.includes(kind))))
  })

  it('schedules and their numbers', () => {
    const ours = scheduleKinds.map(
      (kind) => [kind, numbersOf(resolveSchedule(kind, { epochs: 4, stepsPerEpoch: 5 }).settings)] as const,
    )
    const kinds = without(scheduleKinds, lacking.schedules)
    expect(table('_SCHEDULES')).toEqual(Object.fromEntries(ours.filter(([kind]) => kinds.includes(kind))))
  })

  it('losses, their numbers and their weights', () => {
    const kinds = lossKinds.filter((kind) => !Object.hasOwn(lacking.losses, kind))
    const ours = kinds.map((kind) => [kind, Object.keys(lossNumbers(kind).defaults).toSorted()] as const)
    expect(table('_LOSSES')).toEqual(Object.fromEntries(ours))
    const [, weights = ''] = /^_LOSS_WEIGHTS = \{([^}]*)\}/m.exec(python('recipe.py')) ?? []
    const theirs = [...weights.matchAll(/"([\w-]+)": "(\w+)"/g)].map(([, kind, name]) => [kind, name])
    expect(Object.fromEntries(theirs)).toEqual(
      Object.fromEntries(kinds.flatMap((kind) => (lossWeights(kind) === undefined ? [] : [[kind, lossWeights(kind)]]))),
    )
  })
})

describe('checkForms', () => {
  const recipe = {
    loss: { kind: 'hinge', margin: 1, power: 1 },
    groups: [{ optimizer: { kind: 'muon' }, schedule: { kind: 'cosine' } }],
    augment: { flip: true, crop: 0, hue: 0.2, border: 'zero' },
  } as unknown as TorchRecipe

  it('names all that is lacking, each with its layer or reason', () => {
    const network = parse('INPUT 8x8x3 -> CONV3-4 -> MAXOUT2 -> LRN -> MAXOUT2 -> FC-3')
    const table = {
      layers: { maxout: 'not yet', lrn: 'too slow', gn: 'not in it' },
      losses: { hinge: 'no' },
      optimizers: { muon: 'no', sgd: 'no' },
      schedules: { cosine: 'no' },
      augmentations: { hue: 'no', crop: 'no', border: 'no' },
    }
    expect(() => checkForms(network, recipe, table)).toThrow(
      /received: the layer maxout \(not yet\): maxout1, the layer lrn \(too slow\): lrn1, the layer maxout \(not yet\): maxout2, the loss hinge \(no\), the optimizer muon \(no\), the schedule cosine \(no\), the augmentation hue \(no\)\n/,
    )
    expect(() => checkForms(network, recipe)).not.toThrow()
  })
})
