/** What `lenslet train` makes of --groups, --start, --lookahead and the others, read by Commander as the command does. */

import { Command } from 'commander'
import { describe, expect, it } from 'vitest'
import { UsageError } from './errors.ts'
import { printGroups } from './trainGroups.ts'
import { addLearningOptions, type LearningOptions, learningOptions } from './trainSettings.ts'

const options = (...words: string[]) => {
  const command = new Command('train').exitOverride()
  addLearningOptions(command)
  return learningOptions(command.parse(words, { from: 'user' }).opts<LearningOptions>())
}

describe('--groups', () => {
  const text =
    'head adam rate=0.01 weight-decay=0.1; norms factor=2 decay=0; conv1.bias from=1 until=3 schedule=cosine:final=0.1; conv1 frozen'
  const rules = [
    { weights: 'head', optimizer: { kind: 'adam', rate: 0.01, weightDecay: 0.1 } },
    { weights: 'norms', factor: 2, decay: 0 },
    { weights: 'conv1.bias', from: 1, until: 3, schedule: { kind: 'cosine', final: 0.1 } },
    { weights: 'conv1', frozen: true },
  ] as const

  it('reads rules, and prints them as it reads them', () => {
    expect(options('--groups', text).groups).toEqual(rules)
    expect(printGroups(rules)).toBe(text)
    expect(printGroups([{ weights: 'head', optimizer: 'adam', schedule: 'linear' }])).toBe('head adam schedule=linear')
  })

  it.each([
    ['head', /weights and what is different/],
    ['head rate=0.1', /an optimizer in front of its numbers/],
    ['head lion', /frozen, factor=/],
    ['head factor=much', /--groups head factor is invalid|value of --groups head factor/],
    ['head schedule=saw', /constant, step/],
    ['head colour=1', /frozen, factor=/],
  ])('refuses %s', (text_, message) => {
    expect(() => options('--groups', text_)).toThrow(UsageError)
    expect(() => options('--groups', text_)).toThrow(message)
  })
})

it('reads --start, --lookahead, --ema and --accumulate', () => {
  const read = options(
    '--start',
    'uniform, identity=conv*,whitening',
    '--lookahead',
    'every=4,keep=0.2',
    '--ema',
    '0.9',
  )
  expect(read.start).toEqual([{ kind: 'uniform' }, { kind: 'identity', weights: 'conv*' }, { kind: 'whitening' }])
  expect(read.lookahead).toEqual({ every: 4, keep: 0.2 })
  expect(read.ema).toEqual({ decay: 0.9 })
  expect(options('--lookahead', '--accumulate', '4')).toMatchObject({ lookahead: {}, accumulate: 4 })
  expect(() => options('--start', 'dirac')).toThrow(/uniform, identity/)
  expect(() => options('--lookahead', 'steps=4')).toThrow(/every=5/)
})

it('stretches the spans of a recipe’s groups with its epochs', () => {
  const recipe = {
    epochs: 8,
    groups: [
      { weights: 'conv1.bias', until: 3 },
      { weights: 'head', factor: 2 },
    ],
  }
  expect(learningOptions({ epochs: 16 }, recipe).groups).toEqual([
    { weights: 'conv1.bias', until: 6 },
    { weights: 'head', factor: 2 },
  ])
})
