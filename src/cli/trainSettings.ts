/** What a training is told: the zoo's recipe for this data, and over it whatever the command line says. */

import type { Command } from 'commander'
import { parseAugmentation } from '../data/index.ts'
import type { Initializer } from '../model/index.ts'
import { type OptimizerKind, type OptimizerSettings, optimizerKinds } from '../ops/optimizer/optimizers.ts'
import { type ScheduleSettings, scheduleKinds, type TrainOptions } from '../train/index.ts'
import type { Recipe } from '../zoo/index.ts'
import { choice, number, refused, whole } from './options.ts'

/** Options of `lenslet train` that decide what is learned. */
export interface LearningOptions {
  readonly epochs?: number
  readonly batch?: number
  readonly optimizer?: OptimizerKind
  readonly rate?: number
  readonly momentum?: number
  readonly weightDecay?: number
  readonly beta1?: number
  readonly beta2?: number
  readonly smoothing?: number
  readonly epsilon?: number
  readonly decay?: 'weights' | 'all'
  readonly schedule?: ScheduleSettings
  readonly augment?: string
  readonly labelSmoothing?: number
  readonly clipNorm?: number
  readonly patience?: number
  readonly evaluate?: 'epoch' | 'end' | 'never'
  readonly seed?: number
  readonly init?: Initializer
}

export function addLearningOptions(command: Command): void {
  command
    .optionsGroup('What is learned (defaults: the zoo’s recipe for this data, where there is one)')
    .option('--epochs <n>', 'how often every picture is shown; default 5', whole('--epochs', 1))
    .option('--batch <n>', 'pictures a step; default 32', whole('--batch', 1))
    .option('--optimizer <kind>', `${optimizerKinds.join(', ')}; default adam`, choice('--optimizer', optimizerKinds))
    .option('--rate <x>', 'learning rate', number('--rate'))
    .option('--momentum <x>', 'share of the velocity that is kept', number('--momentum'))
    .option('--weight-decay <x>', 'pull of the weights towards 0', number('--weight-decay'))
    .option('--beta1 <x>', 'of adam and adamw', number('--beta1'))
    .option('--beta2 <x>', 'of adam and adamw', number('--beta2'))
    .option('--smoothing <x>', 'of rmsprop', number('--smoothing'))
    .option('--epsilon <x>', 'against division by 0', number('--epsilon'))
    .option('--decay <what>', 'what weight decay shrinks: weights, or all', choice('--decay', ['weights', 'all']))
    .option('--schedule <s>', `${scheduleKinds.join(', ')}; with numbers: cosine:warmup=1,final=0.01`, schedule)
    .option('--augment <words>', 'flip,crop4,cutout8, or none')
    .option('--label-smoothing <x>', 'share of each target that is spread over all', number('--label-smoothing'))
    .option('--clip-norm <x>', 'clip the norm of all gradients to this', number('--clip-norm'))
    .option('--patience <n>', 'stop after so many epochs without progress', whole('--patience', 1))
    .option('--evaluate <when>', 'epoch, end, never', choice('--evaluate', ['epoch', 'end', 'never']))
    .option('--init <rule>', 'how filters start: he, xavier, zeros, or a number', initializer)
    .option('--seed <n>', 'of weights, order, augmentation and dropout; default 0', number('--seed'))
}

const usual: Recipe = { epochs: 5, schedule: 'one-cycle' }

/** Options over recipe over what is usual. Throws `AugmentationError`. */
export function learningOptions(given: LearningOptions, recipe: Recipe = usual): TrainOptions {
  const { epochs, batch, decay, labelSmoothing, clipNorm, evaluate, seed, augment, patience } = given
  const optimizer = optimizerOf(given, recipe.optimizer)
  const stretched = { ...recipe, schedule: stretch(recipe.schedule, recipe.epochs, epochs ?? recipe.epochs) }
  return {
    ...stretched,
    ...present({ epochs, batch, decay, labelSmoothing, clipNorm, evaluate, seed, optimizer, schedule: given.schedule }),
    ...(augment === undefined ? {} : { augment: parseAugmentation(augment) }),
    ...(patience === undefined ? {} : { earlyStopping: { patience } }),
  } as TrainOptions
}

/** Without what is undefined. */
function present<T extends object>(values: T): Partial<T> {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as Partial<T>
}

/** A recipe's numbers are those of its optimizer: another kind begins from its own defaults. */
function optimizerOf(
  given: LearningOptions,
  recipe: OptimizerSettings | OptimizerKind | undefined,
): OptimizerSettings | undefined {
  const { rate, momentum, weightDecay, beta1, beta2, smoothing, epsilon } = given
  const numbers = present({
    rate,
    momentum,
    weightDecay,
    beta1,
    beta2,
    smoothing,
    epsilon,
  })
  const base: OptimizerSettings = typeof recipe === 'object' ? recipe : { kind: recipe ?? 'adam' }
  const kind = given.optimizer ?? base.kind
  if (recipe === undefined && given.optimizer === undefined && Object.keys(numbers).length === 0) return undefined
  return { ...(kind === base.kind ? base : { kind }), ...numbers }
}

/** A schedule's lengths are in epochs; with another number of epochs they keep their share. */
function stretch(schedule: Recipe['schedule'], from: number, to: number): Recipe['schedule'] {
  if (typeof schedule !== 'object' || from === to) return schedule
  const { warmup, every } = schedule as { warmup?: number; every?: number }
  const scaled = present({
    warmup: warmup === undefined ? undefined : (warmup * to) / from,
    every: every === undefined ? undefined : (every * to) / from,
  })
  return { ...schedule, ...scaled } as ScheduleSettings
}

/** `cosine` or `cosine:warmup=1,final=0.01`; which numbers it takes, the schedule says. */
function schedule(text: string): ScheduleSettings {
  const [word = '', numbers = ''] = text.split(/:(.*)/s)
  const kind = choice('--schedule', scheduleKinds)(word)
  const entries = numbers.split(',').flatMap((part): [string, number][] => {
    if (part.trim() === '') return []
    const [, name = '', value = ''] = /^\s*(\w+)=(.+)$/.exec(part) ?? []
    if (name === '')
      throw refused('--schedule', text, 'a kind, or a kind with numbers such as cosine:warmup=1,final=0.01')
    return [[name, number(`--schedule ${name}`)(value)]]
  })
  return { kind, ...Object.fromEntries(entries) } as ScheduleSettings
}

function initializer(text: string): Initializer {
  const words = ['he', 'xavier', 'zeros'] as const
  const word = words.find((rule) => rule === text)
  if (word !== undefined) return word
  if (text.trim() !== '' && Number.isFinite(Number(text))) return { constant: Number(text) }
  throw refused('--init', text, `${words.join(', ')}, or a number that all weights start from`)
}
