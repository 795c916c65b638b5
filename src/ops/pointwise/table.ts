/**
 * The activation functions, one row each: y = f(x) for every value by itself. A new one is a row here and a pair of
 * functions in `kernel.as.ts`, called by its name (`reluForward`, `reluGradient`); nothing else knows which there are.
 */

import { number } from '../../core/schema.ts'
import { normalBelow, normalDensity } from './normal.ts'

/** x·share, with the limit where x is infinite and its share 0. */
const gated = (x: number, share: number) => (share === 0 ? -0 : x * share)
const logistic = (x: number) => 1 / (1 + Math.exp(-x))
/** tanh(ln(1 + eˣ)), by w = eˣ·(eˣ + 2), which does not overflow below 20; 1 in float64 from there. */
function tanhSoftplus(x: number): number {
  const w = Math.exp(x) * (Math.exp(x) + 2)
  return x > 20 ? 1 : w / (w + 2)
}
/** √(2/π)·(x + 0.044715x³), twice: ½(1 + tanh u) = 1/(1 + e^(−2u)). */
const twiceU = (x: number) => 2 * Math.sqrt(2 / Math.PI) * (x + 0.044715 * x ** 3)
const twiceUSlope = (x: number) => 2 * Math.sqrt(2 / Math.PI) * (1 + 3 * 0.044715 * x ** 2)

/** For mean 0 and variance 1 in every layer (Klambauer et al. 2017, appendix: λ₀₁ and α₀₁). */
export const selu = { scale: 1.0507009873554805, alpha: 1.6732632423543772 } as const

/** What values are cut to: least, most. */
export type Bounds = readonly [least: number, most: number]

export interface ActivationRow {
  /** y = f(x). `parameter` is what `parameter` below describes, 0 where the function has none. */
  forward(x: number, parameter: number): number
  /** dy/dx, from the value that `keeps` names. */
  derivative(kept: number, parameter: number): number
  /**
   * What backward keeps. An output costs nothing (the next layer keeps it anyway as its input), lets forward work in
   * place, and lets a convolution apply the function at its store and never write x.
   */
  readonly keeps: 'output' | 'input'
  /** y = min(max(x, least), most): other ops can apply it at their own store. */
  readonly bounds?: Bounds
  readonly parameter?: ActivationParameter
  /** Where it has values at all; absent: everywhere. Elsewhere it gives NaN or an infinity, as IEEE 754 does. */
  readonly domain?: 'positive'
  /** Whether y is the probability whose log-odds x is: sigmoid cross-entropy then takes x. */
  readonly isProbability?: true
  /**
   * Of a rectifier: the one that `RectifierRule` applies to gradients, with the same parameter. The row itself, without
   * an upper bound: gradients have no scale of their own.
   */
  readonly rectifier?: 'relu' | 'lrelu'
  /** This row approximates another one and has no word of its own: geluTanh is `GELU approx=tanh`. */
  readonly approximates?: { readonly row: string; readonly by: string }
}

interface ActivationParameter {
  readonly name: string
  readonly usual: number
  readonly minimum: number
  /** Where its inverse is taken, or a value multiplied by it: both stay finite in float32. Absent: no limit. */
  readonly maximum?: number
}

/** Checks a value of a parameter. */
export const parameterSchema = ({ minimum, maximum }: ActivationParameter) =>
  number({ min: minimum, ...(maximum === undefined ? {} : { max: maximum }) })

/** `a number of at least 0`, for messages. */
export function expectedParameter({ minimum, maximum }: ActivationParameter): string {
  return maximum === undefined ? `a number of at least ${minimum}` : `a number from ${minimum} to ${maximum}`
}

const rows = {
  /** max(0, x); the derivative at 0 is 0, as everywhere. */
  relu: {
    forward: (x) => Math.max(x, 0),
    derivative: (y) => (y > 0 ? 1 : 0),
    keeps: 'output',
    bounds: [0, Number.POSITIVE_INFINITY],
    rectifier: 'relu',
  },
  /** min(max(0, x), 6), made for fixed-point inference (Howard et al. 2017); the derivative at both ends is 0. */
  relu6: {
    forward: (x) => Math.min(Math.max(x, 0), 6),
    derivative: (y) => (y > 0 && y < 6 ? 1 : 0),
    keeps: 'output',
    bounds: [0, 6],
    rectifier: 'relu',
  },
  /** x where positive, slope·x elsewhere (Maas et al. 2013). The slope may not be negative: y must have the sign of x. */
  lrelu: {
    forward: (x, slope) => (x > 0 ? x : slope * x),
    derivative: (y, slope) => (y > 0 ? 1 : slope),
    keeps: 'output',
    parameter: { name: 'slope', usual: 0.01, minimum: 0 },
    rectifier: 'lrelu',
  },
  /** x·Φ(x) (Hendrycks and Gimpel 2016), by the error function, as PyTorch's default. Not monotone: backward keeps x. */
  gelu: {
    forward: (x) => gated(x, normalBelow(x)),
    derivative: (x) => normalBelow(x) + gated(x, normalDensity(x)),
    keeps: 'input',
  },
  /** ½x·(1 + tanh(√(2/π)·(x + 0.044715x³))): the same paper's approximation, in GPT-2, BERT and PyTorch's 'tanh'. */
  geluTanh: {
    forward: (x) => gated(x, logistic(twiceU(x))),
    derivative(x) {
      const share = logistic(twiceU(x))
      return share + gated(x * twiceUSlope(x), share * (1 - share))
    },
    keeps: 'input',
    approximates: { row: 'gelu', by: 'tanh' },
  },
  /** x·σ(βx): with β = 1 the SiLU (Elfwing et al. 2017; Swish, Ramachandran et al. 2017), with 1.702 an approximate GELU. */
  silu: {
    forward: (x, beta) => gated(x, logistic(beta * x)),
    derivative(x, beta) {
      const share = logistic(beta * x)
      return share + gated(beta * x, share * (1 - share))
    },
    keeps: 'input',
    parameter: { name: 'β', usual: 1, minimum: 1e-6, maximum: 1e6 },
  },
  /** x·relu6(x + 3)/6 (Howard et al. 2019); the derivative is 0 at −3 and 1 at 3. */
  hardswish: {
    forward: (x) => gated(x, Math.min(Math.max(x + 3, 0), 6) / 6),
    derivative: (x) => (x <= -3 ? 0 : x >= 3 ? 1 : (2 * x + 3) / 6),
    keeps: 'input',
  },
  /** x·tanh(ln(1 + eˣ)) (Misra 2019). */
  mish: {
    forward: (x) => gated(x, tanhSoftplus(x)),
    derivative(x) {
      const share = tanhSoftplus(x)
      return share + gated(x, (1 - share * share) * logistic(x))
    },
    keeps: 'input',
  },
  /** x where positive, α·(eˣ − 1) elsewhere (Clevert et al. 2015). */
  elu: {
    forward: (x, alpha) => (x > 0 ? x : alpha * Math.expm1(x)),
    derivative: (y, alpha) => (y > 0 ? 1 : y + alpha),
    keeps: 'output',
    parameter: { name: 'α', usual: 1, minimum: 0 },
  },
  /** λ·x where positive, λα·(eˣ − 1) elsewhere, with λ and α fixed (Klambauer et al. 2017). */
  selu: {
    forward: (x) => selu.scale * (x > 0 ? x : selu.alpha * Math.expm1(x)),
    derivative: (y) => (y > 0 ? selu.scale : y + selu.scale * selu.alpha),
    keeps: 'output',
  },
  /** x where positive, α·(e^(x/α) − 1) elsewhere: its slope has no jump at 0 (Barron 2017). */
  celu: {
    forward: (x, alpha) => (x > 0 ? x : alpha * Math.expm1(x / alpha)),
    derivative: (y, alpha) => (y > 0 ? 1 : y / alpha + 1),
    keeps: 'output',
    parameter: { name: 'α', usual: 1, minimum: 1e-6, maximum: 1e6 },
  },
  /** ln(1 + e^(βx))/β (Dugas et al. 2000); its slope from its output is 1 − e^(−βy). */
  softplus: {
    forward: (x, beta) => Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(beta * x))) / beta,
    derivative: (y, beta) => -Math.expm1(-beta * y),
    keeps: 'output',
    parameter: { name: 'β', usual: 1, minimum: 1e-6, maximum: 1e6 },
  },
  /** x/(1 + |x|) (Bergstra et al. 2009) */
  softsign: {
    forward: (x) => (Math.abs(x) === Number.POSITIVE_INFINITY ? Math.sign(x) : x / (1 + Math.abs(x))),
    derivative: (y) => (1 - Math.abs(y)) ** 2,
    keeps: 'output',
  },
  /** relu6(x + 3)/6 (Howard et al. 2019), as PyTorch; the derivative at both ends is 0. */
  hardsigmoid: {
    forward: (x) => Math.min(Math.max(x + 3, 0), 6) / 6,
    derivative: (y) => (y > 0 && y < 1 ? 1 / 6 : 0),
    keeps: 'output',
  },
  /** 1 / (1 + e⁻ˣ) */
  sigmoid: {
    forward: logistic,
    derivative: (y) => y * (1 - y),
    keeps: 'output',
    isProbability: true,
  },
  tanh: {
    forward: Math.tanh,
    derivative: (y) => 1 - y * y,
    keeps: 'output',
  },
  /** Steps of formulas, as log-softmax and quotients need them. */
  exp: {
    forward: Math.exp,
    derivative: (y) => y,
    keeps: 'output',
  },
  log: {
    forward: Math.log,
    derivative: (x) => 1 / x,
    keeps: 'input',
    domain: 'positive',
  },
  sqrt: {
    forward: Math.sqrt,
    derivative: (y) => 0.5 / y,
    keeps: 'output',
    domain: 'positive',
  },
  reciprocal: {
    forward: (x) => 1 / x,
    derivative: (y) => -y * y,
    keeps: 'output',
    domain: 'positive',
  },
} as const satisfies Record<string, ActivationRow>

export type ActivationName = keyof typeof rows

/** The rows that have a word. */
export type ActivationWord = {
  [Name in ActivationName]: (typeof rows)[Name] extends { approximates: object } ? never : Name
}[ActivationName]

export const activations: Readonly<Record<ActivationName, ActivationRow>> = rows

/** The activations that are bounds and nothing else. */
export type Clamp = {
  [Name in ActivationName]: (typeof rows)[Name] extends { bounds: Bounds } ? Name : never
}[ActivationName]

export function isClamp(name: ActivationName): name is Clamp {
  return activations[name].bounds !== undefined
}

/** What an activation at an op's store cuts its results to. */
export function boundsOf(activation: Clamp | 'none'): Bounds {
  return activation === 'none' ? [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY] : rows[activation].bounds
}

export interface PointwiseAttributes {
  readonly function: ActivationName
  /** The row's parameter (the slope of lrelu); absent: the usual one. */
  readonly parameter?: number
}

/** The parameter that is in force, 0 for functions that have none. */
export function parameterOf({ function: name, parameter }: PointwiseAttributes): number {
  return parameter ?? activations[name].parameter?.usual ?? 0
}
