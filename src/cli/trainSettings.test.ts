/** What `lenslet train` makes of its options, read by Commander as the command does. */

import { Command } from 'commander'
import { describe, expect, it } from 'vitest'
import { optimizerNumberNames } from '../ops/optimizer/numbers.ts'
import { optimizerKinds, resolveOptimizer } from '../ops/optimizer/optimizers.ts'
import { UsageError } from './errors.ts'
import { addLearningOptions, type LearningOptions, learningOptions } from './trainSettings.ts'

function command(): Command {
  const made = new Command('train').exitOverride()
  addLearningOptions(made)
  return made
}

const read = (...words: string[]) => command().parse(words, { from: 'user' }).opts<LearningOptions>()

describe('options of the optimizers', () => {
  const words = (name: string) => `--${name.replace(/([A-Z])/g, '-$1').toLowerCase()}`

  it('are there for every number, and reach the optimizer that has it', () => {
    for (const kind of optimizerKinds) {
      const { settings } = resolveOptimizer(kind)
      const names = optimizerNumberNames.filter((name) => Object.hasOwn(settings, name))
      const numbers = Object.fromEntries(names.map((name, i) => [name, name === 'nsSteps' ? 3 : 0.25 + i / 100]))
      const given = Object.entries(numbers).flatMap(([name, value]) => [words(name), `${value}`])
      const { optimizer } = learningOptions(read('--optimizer', kind, ...given))
      expect(optimizer).toEqual({ kind, ...numbers })
      expect(resolveOptimizer(optimizer ?? 'sgd').settings).toEqual({ kind, ...numbers })
    }
  })

  it('are explained, with the optimizers that have them', () => {
    const help = command().helpInformation().replace(/\s+/g, ' ')
    expect(help).toMatch(/--rate <x> learning rate --/)
    expect(help).toMatch(/--weight-decay <x> strength of weight decay, which pulls weights towards 0 --/)
    expect(help).toMatch(/--momentum <x> share of the velocity that is kept \(momentum, nesterov, rmsprop, muon\)/)
    expect(help).toMatch(/--beta2 <x> [^(]+ \(adam, adamw\)/)
    expect(help).toMatch(/--decay <what> .*not biases and norms/)
  })

  it('are added to a recipe of the same kind, and replace one of another', () => {
    const recipe = { epochs: 3, optimizer: { kind: 'nesterov', rate: 0.1, weightDecay: 5e-4 } } as const
    const { optimizer } = learningOptions(read('--weight-decay', '0', '--rate=0.2'), recipe)
    expect(optimizer).toEqual({ kind: 'nesterov', rate: 0.2, weightDecay: 0 })
    expect(learningOptions(read('--optimizer', 'adam'), recipe).optimizer).toEqual({ kind: 'adam' })
    expect(learningOptions(read(), recipe).optimizer).toEqual(recipe.optimizer)
    expect(learningOptions(read()).optimizer).toBeUndefined()
  })
})

it('reads the other options', () => {
  const given = ['--epochs', '7', '--label-smoothing', '0.1', '--clip-norm', '2', '--patience', '3', '--seed', '-4']
  const { augment, ...settings } = learningOptions(read(...given, '--decay', 'all', '--augment', 'flip'))
  expect(augment).toEqual({ flip: true })
  expect(settings).toEqual({
    epochs: 7,
    schedule: 'one-cycle',
    labelSmoothing: 0.1,
    clipNorm: 2,
    earlyStopping: { patience: 3 },
    seed: -4,
    decay: 'all',
  })
  expect(read('--schedule', 'cosine:warmup=1,final=0.01').schedule).toEqual({ kind: 'cosine', warmup: 1, final: 0.01 })
  expect(read('--init', '0.5').init).toEqual({ constant: 0.5 })
})

it.each([
  [['--beta1', 'much'], /--beta1 is invalid\n {2}received: much\n {2}expected: a number/],
  [['--weight-decay', ''], /--weight-decay is invalid/],
  [['--epochs', '0'], /--epochs is invalid[\s\S]*a whole number from 1/],
  [['--decay', 'some'], /--decay is invalid[\s\S]*weights, all/],
  [['--schedule', 'cosine:warmup'], /--schedule is invalid[\s\S]*cosine:warmup=1/],
  [['--schedule', 'cosine:warmup=x'], /--schedule warmup is invalid/],
  [['--init', 'random'], /--init is invalid[\s\S]*xavier/],
])('refuses %j', (words, message) => {
  expect(() => read(...words)).toThrow(message)
  expect(() => read(...words)).toThrow(UsageError)
})
