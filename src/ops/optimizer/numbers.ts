/**
 * Every number that an optimizer may have: what it means and which values are valid. The types, the checks of settings
 * and the options of the command line follow from this table; the default values stand in the rows of table.ts, since
 * they differ between optimizers.
 */

interface NumberRow {
  /** For help texts: what the number is, without the name of an optimizer. */
  readonly meaning: string
  /** The valid values, as an error text says them. */
  readonly range: string
  allows(value: number): boolean
}

const atLeastZero = { range: 'a number ≥ 0', allows: (value: number) => value >= 0 }
/** A share that is kept from step to step. With 1, nothing new would ever come in. */
const share = { range: 'a number in [0, 1)', allows: (value: number) => value >= 0 && value < 1 }

export const optimizerNumbers = {
  /** η, the learning rate that schedules start from. */
  rate: { meaning: 'learning rate', ...atLeastZero },
  /** λ of the weight decay (L2; decoupled in adamw). */
  weightDecay: { meaning: 'strength of weight decay, which pulls weights towards 0', ...atLeastZero },
  momentum: { meaning: 'share of the velocity that is kept', ...share },
  /** α of PyTorch's RMSprop, decay_rate of the notes. */
  smoothing: { meaning: 'share of the mean squared gradient that is kept', ...share },
  /** β₁ of Adam. */
  beta1: { meaning: 'share of the mean gradient that is kept', ...share },
  /** β₂ of Adam. */
  beta2: { meaning: 'share of the mean squared gradient that is kept', ...share },
  /** Of Newton–Schulz, which makes Muon's matrix of momentum nearly orthogonal. */
  nsSteps: {
    meaning: 'Newton–Schulz steps for each update',
    range: 'a whole number from 1 to 20',
    allows: (value: number) => Number.isInteger(value) && value >= 1 && value <= 20,
  },
  /** airbench94 holds it at 1: filters before BN need no size of their own. */
  filterNorm: { meaning: 'mean norm that filters are scaled to before each update; 0: not at all', ...atLeastZero },
  /** Added to the root of the squares. */
  epsilon: { meaning: 'guards against division by 0', range: 'a number > 0', allows: (value: number) => value > 0 },
} as const satisfies Readonly<Record<string, NumberRow>>

export type OptimizerNumberName = keyof typeof optimizerNumbers
export const optimizerNumberNames = Object.keys(optimizerNumbers) as readonly OptimizerNumberName[]

/** A value for each number. */
export type OptimizerNumbers = { readonly [Name in OptimizerNumberName]: number }
