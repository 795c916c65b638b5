/**
 * The activation functions, one row each: y = f(x) for every value by itself. A new one is a row here and a pair of
 * functions in `kernel.as.ts`, called by its name (`reluForward`, `reluGradient`); nothing else knows which there are.
 */

import { normalBelow, normalDensity } from './normal.ts'

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
  readonly parameter?: { readonly name: string; readonly usual: number; readonly minimum: number }
}

const rows = {
  /** max(0, x); the derivative at 0 is 0, as everywhere. */
  relu: {
    forward: (x) => Math.max(x, 0),
    derivative: (y) => (y > 0 ? 1 : 0),
    keeps: 'output',
    bounds: [0, Number.POSITIVE_INFINITY],
  },
  /** min(max(0, x), 6), made for fixed-point inference (Howard et al. 2017); the derivative at both ends is 0. */
  relu6: {
    forward: (x) => Math.min(Math.max(x, 0), 6),
    derivative: (y) => (y > 0 && y < 6 ? 1 : 0),
    keeps: 'output',
    bounds: [0, 6],
  },
  /** x where positive, slope·x elsewhere (Maas et al. 2013). The slope may not be negative: y must have the sign of x. */
  lrelu: {
    forward: (x, slope) => (x > 0 ? x : slope * x),
    derivative: (y, slope) => (y > 0 ? 1 : slope),
    keeps: 'output',
    parameter: { name: 'slope', usual: 0.01, minimum: 0 },
  },
  /** x·Φ(x) (Hendrycks and Gimpel 2016), by the error function, as PyTorch's default. Not monotone: backward keeps x. */
  gelu: {
    forward: (x) => x * normalBelow(x),
    derivative: (x) => normalBelow(x) + x * normalDensity(x),
    keeps: 'input',
  },
  /** 1 / (1 + e⁻ˣ) */
  sigmoid: {
    forward: (x) => 1 / (1 + Math.exp(-x)),
    derivative: (y) => y * (1 - y),
    keeps: 'output',
  },
  tanh: {
    forward: Math.tanh,
    derivative: (y) => 1 - y * y,
    keeps: 'output',
  },
} as const satisfies Record<string, ActivationRow>

export type ActivationName = keyof typeof rows

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
