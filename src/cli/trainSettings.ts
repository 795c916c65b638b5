/** Settings of a training: the zoo's recipe for this data, overridden by the command line. */

import type { Command } from 'commander'
import { augmentationWords, parseAugmentation } from '../data/augmentation.ts'
import type { Initializer } from '../model/initialize.ts'
import { type OptimizerNumberName, optimizerNumberNames, optimizerNumbers } from '../ops/optimizer/numbers.ts'
import { kindsWith, type OptimizerKind, type OptimizerSettings, optimizerKinds } from '../ops/optimizer/optimizers.ts'
import type { ParameterGroup } from '../train/groups.ts'
import type { TrainOptions } from '../train/options.ts'
import { type ScheduleSettings, scheduleKinds } from '../train/schedule.ts'
import type { Recipe } from '../zoo/types.ts'
import { bytes, choice, number, refused, whole } from './options.ts'
import { groupRules, groupsHelp, lookahead, startHelp, startRules } from './trainGroups.ts'
import { readViews } from './views.ts'

interface OptionRow<T> {
  /** What stands for the value in the help: `<n>`. */
  readonly value: string
  readonly help: string
  /** Reads the value of an option by this name, `--batch`. Throws `UsageError`. */
  reader(option: string): (text: string) => T
}

const row = <T>(value: string, help: string, reader: OptionRow<T>['reader']): OptionRow<T> => ({ value, help, reader })

/** An option for every number of the optimizers. */
const optimizerOptions = Object.fromEntries(
  optimizerNumberNames.map((name) => {
    const kinds = kindsWith(name)
    const note = kinds.length === optimizerKinds.length ? '' : ` (${kinds.join(', ')})`
    return [name, row('<x>', `${optimizerNumbers[name].meaning}${note}`, number)]
  }),
) as Readonly<Record<OptimizerNumberName, OptionRow<number>>>

const augmentHelp = `changes of the training images: ${augmentationWords().join(', ')}; several with commas, or none`

/** Options of `lenslet train` that decide what is learned, in the order of its help: `--label-smoothing` is `labelSmoothing`. */
const learning = {
  epochs: row('<n>', 'passes over the training images; default 5', (option) => whole(option, 1)),
  batch: row('<n>', 'batch size: images per step; default 32', (option) => whole(option, 1)),
  optimizer: row('<kind>', `${optimizerKinds.join(', ')}; default adam`, (option) => choice(option, optimizerKinds)),
  ...optimizerOptions,
  decay: row('<what>', 'what weight decay applies to: weights (default; not biases and norms), or all', (option) =>
    choice(option, ['weights', 'all']),
  ),
  rateFactors: row(
    '<list>',
    'multiples of the learning rate for some layers, the first that fits: head=1,conv*=0.1',
    rateFactors,
  ),
  groups: row('<rules>', groupsHelp, (option) => groupRules(option, schedule(option))),
  accumulate: row('<n>', 'batches for one update, whose gradients are added up; default 1', (option) =>
    whole(option, 1),
  ),
  ema: row('<decay>', 'running mean of the weights, such as 0.999: it is evaluated and kept', number),
  lookahead: row(
    '[numbers]',
    'slow weights that the weights return to: every=5,keep=0.5; power=3 lets keep grow',
    lookahead,
  ),
  start: row('<rules>', startHelp, startRules),
  schedule: row('<s>', `${scheduleKinds.join(', ')}; with numbers: cosine:warmup=1,final=0.01`, schedule),
  augment: row('<words>', augmentHelp, () => (text) => text),
  labelSmoothing: row('<x>', 'share of each target that is spread over all classes', number),
  classWeights: row(
    '<list>',
    'how much classes count in the loss: balanced (rare ones more), or cat=2,dog=0.5',
    classWeights,
  ),
  clipNorm: row('<x>', 'clip the norm of all gradients to this', number),
  recompute: row(
    '[memory]',
    'recompute activations in the backward pass: the least memory, or within 4GB, 512MB; the same weights',
    recompute,
  ),
  patience: row('<n>', 'stop after this many epochs without a lower loss, warm-up not counted', (option) =>
    whole(option, 1),
  ),
  keep: row(
    '<which>',
    'weights of the model file: best (default; lowest loss on images not trained on) or last',
    (option) => choice(option, ['best', 'last']),
  ),
  evaluate: row('<when>', 'epoch, end, never', (option) => choice(option, ['epoch', 'end', 'never'])),
  views: row('<words>', 'at the end, also average several views of every test image: airbench, mirror, …', readViews),
  init: row('<rule>', 'initialization of the filters: he, xavier, zeros, or a number', initializer),
  seed: row('<n>', 'of weights, order, augmentation and dropout; default 0', number),
} as const

/** As the command line has them: `weight-decay`. */
export const learningNames: readonly string[] = Object.keys(learning).map(dashed)

function dashed(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)
}

/** One option from its text: `{ weightDecay: 1e-4 }` from `weight-decay` and `1e-4`. Throws `UsageError`. */
export function readLearning(option: string, text: string): LearningOptions {
  const row = Object.entries<OptionRow<unknown>>(learning).find(([name]) => dashed(name) === option)
  return row === undefined ? {} : { [row[0]]: row[1].reader(`--${option}`)(text) }
}

/** The values that Commander makes of them. */
export type LearningOptions = {
  readonly [Name in keyof typeof learning]?: (typeof learning)[Name] extends OptionRow<infer T> ? T : never
}

export function addLearningOptions(command: Command): void {
  command.optionsGroup('Training (defaults: the zoo’s recipe for this network and data set, if there is one)')
  for (const [name, { value, help, reader }] of Object.entries<OptionRow<unknown>>(learning)) {
    const option = `--${dashed(name)}`
    command.option(`${option} ${value}`, help, reader(option))
  }
}

const usual: Recipe = { epochs: 5, schedule: 'one-cycle' }

/** Options over recipe over what is usual. Throws `AugmentationError`. */
export function learningOptions(given: LearningOptions, recipe: Recipe = usual): TrainOptions {
  const { epochs, batch, decay, labelSmoothing, clipNorm, evaluate, views, seed, augment, patience, keep, recompute } =
    given
  const { groups, accumulate, ema, start } = given
  // Without numbers, Commander gives `true`.
  const slow = (given.lookahead as unknown) === true ? {} : given.lookahead
  const rates = given.rateFactors
  const optimizer = optimizerOf(given, recipe.optimizer)
  const stretched = {
    ...recipe,
    schedule: stretch(recipe.schedule, recipe.epochs, epochs ?? recipe.epochs),
    ...(recipe.groups && { groups: stretchGroups(recipe.groups, (epochs ?? recipe.epochs) / recipe.epochs) }),
  }
  return {
    ...stretched,
    ...present({
      epochs,
      batch,
      decay,
      rates,
      groups,
      accumulate,
      ema: ema === undefined ? undefined : { decay: ema },
      lookahead: slow,
      start,
      labelSmoothing,
      classWeights: given.classWeights,
      clipNorm,
      recompute,
      keep,
      evaluate,
      views,
      seed,
      optimizer,
      schedule: given.schedule,
    }),
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
  const numbers = present(Object.fromEntries(optimizerNumberNames.map((name) => [name, given[name]])))
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

/** The same of the epochs in which groups learn. */
function stretchGroups(groups: readonly ParameterGroup[], by: number): readonly ParameterGroup[] {
  return groups.map(({ from, until, ...group }) => ({
    ...group,
    ...(from !== undefined && { from: from * by }),
    ...(until !== undefined && { until: until * by }),
  }))
}

/** `cosine` or `cosine:warmup=1,final=0.01`; which numbers it takes, the schedule says. */
function schedule(option: string) {
  return (text: string): ScheduleSettings => {
    const [word = '', numbers = ''] = text.split(/:(.*)/s)
    const kind = choice(option, scheduleKinds)(word)
    const entries = numbers.split(',').flatMap((part): [string, number][] => {
      if (part.trim() === '') return []
      const [, name = '', value = ''] = /^\s*(\w+)=(.+)$/.exec(part) ?? []
      if (name === '') throw refused(option, text, 'a kind, or a kind with numbers such as cosine:warmup=1,final=0.01')
      return [[name, number(`${option} ${name}`)(value)]]
    })
    return { kind, ...Object.fromEntries(entries) } as ScheduleSettings
  }
}

/** Without an amount, Commander gives `true`. */
function recompute(option: string) {
  return (text: string): NonNullable<TrainOptions['recompute']> => ({ memory: bytes(option)(text) })
}

/** `head=1,conv*=0.1`; which layers there are, the network says. */
function rateFactors(option: string) {
  return (text: string): NonNullable<TrainOptions['rates']> =>
    text.split(',').map((part) => {
      const [, weights = '', factor = ''] = /^\s*([^=]+?)\s*=(.+)$/.exec(part) ?? []
      if (weights === '') throw refused(option, text, 'layers with factors, such as head=1,conv*=0.1')
      return { weights, factor: number(`${option} ${weights}`)(factor) }
    })
}

/** `balanced`, or `cat=2,dog=0.5`; which classes there are, the data says. */
function classWeights(option: string) {
  return (text: string): NonNullable<TrainOptions['classWeights']> => {
    if (text.trim() === 'balanced') return 'balanced'
    const entries = text.split(',').map((part) => {
      const [, name = '', weight = ''] = /^\s*(.+?)\s*=([^=]+)$/.exec(part) ?? []
      if (name === '') throw refused(option, text, 'balanced, or classes with weights such as cat=2,dog=0.5')
      return [name, number(`${option} ${name}`)(weight)] as const
    })
    return Object.fromEntries(entries)
  }
}

function initializer(option: string) {
  return (text: string): Initializer => {
    const words = ['he', 'xavier', 'zeros'] as const
    const word = words.find((rule) => rule === text)
    if (word !== undefined) return word
    if (text.trim() !== '' && Number.isFinite(Number(text))) return { constant: Number(text) }
    throw refused(option, text, `${words.join(', ')}, or a number that all weights start from`)
  }
}
