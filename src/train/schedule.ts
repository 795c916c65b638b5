/**
 * Learning rates over a training, one row each: a pure function of the step, so a resumed run has nothing to remember.
 * Lengths are in epochs, fractions allowed; heights are shares of the optimizer's rate, the highest that a schedule
 * reaches. Cosine: Loshchilov and Hutter 2017, without restarts. One-cycle: Smith and Topin 2018, with the cosine flanks
 * and the default shape of PyTorch's OneCycleLR. Triangular: straight flanks, by default as airbench trains (Jordan 2024);
 * with `warmup: 0` only the second. Warm-up of the others: Goyal et al. 2017.
 */

import { ArgumentError } from '../core/errors.ts'
import { cosPi, power } from '../core/math.ts'

/** The numbers that a schedule may have. */
export interface ScheduleNumbers {
  /** Epochs until the full rate is reached: the last step in them has it. */
  readonly warmup: number
  /** Epochs between two steps down. */
  readonly every: number
  /** What each step down multiplies the rate by. */
  readonly factor: number
  /** Share of the rate at the first step. */
  readonly start: number
  /** Share of the rate at the last step. */
  readonly final: number
}

type Numbers<N extends keyof ScheduleNumbers> = Readonly<Pick<ScheduleNumbers, N>>

/** Numbers that are left out take their row's default. */
export type ScheduleSettings =
  | ({ readonly kind: 'constant' } & Partial<Numbers<'warmup'>>)
  | ({ readonly kind: 'step' } & Partial<Numbers<'every' | 'factor' | 'warmup'>>)
  | ({ readonly kind: 'cosine' } & Partial<Numbers<'warmup' | 'final'>>)
  | ({ readonly kind: 'one-cycle' } & Partial<Numbers<'warmup' | 'start' | 'final'>>)
  | ({ readonly kind: 'linear' } & Partial<Numbers<'warmup' | 'final'>>)
  | ({ readonly kind: 'triangular' } & Partial<Numbers<'warmup' | 'start' | 'final'>>)

export type ScheduleKind = ScheduleSettings['kind']

/** Where a step stands, in epochs. */
interface Moment {
  /** 0 at the first step. */
  readonly time: number
  /** `time` of the last step. */
  readonly end: number
  /** Length of a step. */
  readonly tick: number
}

interface Row<N extends keyof ScheduleNumbers> {
  /** Every number it takes, with the value used when none is given. */
  defaults(epochs: number): Numbers<N>
  /** Whether the rate depends on where the training ends: such a training cannot be made longer afterwards. */
  readonly seesEnd: boolean
  /** Share of the full rate. */
  share(numbers: Numbers<N>, moment: Moment): number
}

// Lets each row see exactly the numbers it declares.
const row = <N extends keyof ScheduleNumbers>(value: Row<N>): Row<N> => value

/** Linear, never 0, full when `warmup` has passed. */
const rise = (warmup: number, { time, tick }: Moment) => (time < warmup ? Math.min(1, (time + tick) / warmup) : 1)

/** Half a cosine wave from `high` at moment `from` to `low` at moment `to`. */
function flank(high: number, low: number, from: number, to: number, time: number): number {
  const way = to > from ? Math.min(1, Math.max(0, (time - from) / (to - from))) : 1
  return low + ((high - low) * (1 + cosPi(way))) / 2
}

/** A line from 1 at moment `from` to `final` at the training's end, which no step reaches. */
const fall = (final: number, from: number, { time, end, tick }: Moment) =>
  time < from ? 1 : 1 + ((final - 1) * (time - from)) / (end + tick - from)

/** Of a moment, in epochs: more than what divisions are off, less than a step. Keeps turns from coming a step late. */
const rounding = 1e-9

/** An `every` next to 0 would give more than `power` takes. */
const mostSteps = 2147483647

const schedules = {
  constant: row({
    defaults: () => ({ warmup: 0 }),
    seesEnd: false,
    share: ({ warmup }, moment) => rise(warmup, moment),
  }),
  step: row({
    // In thirds, as residual networks were trained (He et al. 2016).
    defaults: (epochs) => ({ every: Math.max(1, Math.ceil(epochs / 3)), factor: 0.1, warmup: 0 }),
    seesEnd: false,
    share: ({ every, factor, warmup }, moment) =>
      rise(warmup, moment) * power(factor, Math.min(Math.floor(moment.time / every + rounding), mostSteps)),
  }),
  cosine: row({
    defaults: () => ({ warmup: 0, final: 0 }),
    seesEnd: true,
    share: ({ warmup, final }, moment) =>
      rise(warmup, moment) * flank(1, final, warmup, moment.end + moment.tick, moment.time),
  }),
  'one-cycle': row({
    defaults: (epochs) => ({ warmup: 0.3 * epochs, start: 0.04, final: 4e-6 }),
    seesEnd: true,
    share: ({ warmup, start, final }, { time, end, tick }) => {
      // As OneCycleLR counts: the last step of the warm-up has the full rate. With a warm-up shorter than a step, the
      // peak is before the first step and the rate only falls.
      const peak = warmup - tick
      return time < peak - rounding ? flank(start, 1, 0, peak, time) : flank(1, final, peak, end, time)
    },
  }),
  linear: row({
    defaults: () => ({ warmup: 0, final: 0 }),
    seesEnd: true,
    share: ({ warmup, final }, moment) => rise(warmup, moment) * fall(final, warmup, moment),
  }),
  triangular: row({
    defaults: (epochs) => ({ warmup: 0.23 * epochs, start: 0.2, final: 0.07 }),
    seesEnd: true,
    share: ({ warmup, start, final }, moment) =>
      moment.time < warmup - rounding ? start + ((1 - start) * moment.time) / warmup : fall(final, warmup, moment),
  }),
} as const

export const scheduleKinds = Object.keys(schedules) as readonly ScheduleKind[]

const limits: Readonly<
  Record<keyof ScheduleNumbers, { text: string; allows(value: number, epochs: number): boolean }>
> = {
  warmup: { text: 'epochs from 0 to less than all', allows: (value, epochs) => value >= 0 && value < epochs },
  every: { text: 'epochs, more than 0', allows: (value) => value > 0 },
  factor: { text: 'a number in (0, 1]', allows: (value) => value > 0 && value <= 1 },
  start: { text: 'a share of the rate in [0, 1]', allows: (value) => value >= 0 && value <= 1 },
  final: { text: 'a share of the rate in [0, 1]', allows: (value) => value >= 0 && value <= 1 },
}

export interface Schedule {
  /** Kind and every number, defaults filled in. */
  readonly settings: ScheduleSettings
  /** Whether the rate depends on the number of epochs. */
  readonly seesEnd: boolean
  /** `one-cycle, warmup 0.9, start 0.04, final 0.000004` */
  describe(): string
  /** The learning rate of step 0, 1, … where the optimizer's is `full`. */
  rate(full: number, step: number): number
}

/** Fills in defaults and checks. Throws `ArgumentError` for an unknown kind or an invalid number. */
export function resolveSchedule(
  given: ScheduleSettings | ScheduleKind,
  { epochs, stepsPerEpoch }: { readonly epochs: number; readonly stepsPerEpoch: number },
): Schedule {
  const { kind, ...numbers }: ScheduleSettings = typeof given === 'string' ? { kind: given } : given
  if (!Object.hasOwn(schedules, kind)) {
    throw new ArgumentError('there is no such schedule', {
      received: JSON.stringify(kind) ?? String(kind),
      expected: scheduleKinds.join(', '),
      advice: "{ kind: 'one-cycle' } is a good beginning",
    })
  }
  // Each row reads only the numbers that `fix` has just checked it has.
  const { defaults, seesEnd, share } = schedules[kind] as unknown as Row<keyof ScheduleNumbers>
  const fixed = fix(kind, defaults(epochs), numbers, epochs)
  const tick = 1 / stepsPerEpoch
  const end = epochs - tick
  return {
    settings: { kind, ...fixed },
    seesEnd,
    describe: () => [kind, ...Object.entries(fixed).map(([name, value]) => `${name} ${value}`)].join(', '),
    rate: (full, step) => full * share(fixed, { time: step / stepsPerEpoch, end, tick }),
  }
}

function fix(
  kind: string,
  defaults: ScheduleNumbers,
  given: Partial<ScheduleNumbers>,
  epochs: number,
): ScheduleNumbers {
  const fixed: Record<string, number> = { ...defaults }
  for (const [name, value] of Object.entries(given) as [keyof ScheduleNumbers, unknown][]) {
    if (value === undefined) continue
    if (!Object.hasOwn(defaults, name)) {
      throw new ArgumentError(`the schedule ${kind} has no ${name}`, {
        received: `${name}: ${String(value)}`,
        expected: Object.keys(defaults).join(', '),
      })
    }
    if (typeof value !== 'number' || !Number.isFinite(value) || !limits[name].allows(value, epochs)) {
      throw new ArgumentError(`the schedule's ${name} is invalid`, {
        received: `${name}: ${String(value)}, with ${epochs} epochs`,
        expected: limits[name].text,
        advice: `leave it out for ${defaults[name]}`,
      })
    }
    fixed[name] = value
  }
  return fixed as unknown as ScheduleNumbers
}
