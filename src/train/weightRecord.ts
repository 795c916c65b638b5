/**
 * Once an epoch, at its last step: how large the weights are, how they are distributed, and how much the step changed them. The
 * notes' rule of thumb: ‖update‖/‖weights‖ should be about 1e-3; much more, and the learning rate is too high; much less, and it
 * is too low (CS231n, "Ratio of weights:updates").
 *
 * What it takes: a copy of the weights on the host while that step runs, and two passes over them. It reads, and changes nothing.
 */

import type { Program } from '../backends/types.ts'
import type { Shape } from '../core/shapes.ts'

export interface WeightSummary {
  /** `conv1.filters` */
  readonly name: string
  /** `[3, 3, 16, 32]`; biases, scales and shifts have one axis. */
  readonly shape: Shape
  /** ‖w‖, the root of the sum of squares, before the step. */
  readonly norm: number
  /** ‖Δw‖/‖w‖ of the step; absent where all weights were 0. */
  readonly ratio?: number | undefined
  /** After the step. */
  readonly min: number
  readonly max: number
  readonly mean: number
  readonly deviation: number
  /** Weights in each of as many equal ranges from `min` to `max`; one range where all are equal. */
  readonly counts: readonly number[]
}

/** Of the weights that learn, in the network's order. */
export interface WeightsRecord {
  readonly kind: 'weights'
  readonly epoch: number
  /** Steps finished, the observed one included. */
  readonly step: number
  readonly weights: readonly WeightSummary[]
}

const ranges = 32

type Parameter = { readonly name: string; readonly buffer: number }

export class WeightWatch {
  readonly #program: Program
  readonly #learned: readonly Parameter[]
  #before: readonly Float32Array[] = []

  constructor(program: Program) {
    const { parameters, buffers, sections, steps } = program.plan
    const { from, to } = sections.main ?? { from: 0, to: 0 }
    const updated = new Set(steps.slice(from, to).flatMap(({ updates }) => updates))
    this.#program = program
    this.#learned = parameters.filter(({ buffer }) => updated.has(buffer) && buffers[buffer]?.role === 'parameter')
  }

  /** Takes the copy: before the step. */
  async begin(): Promise<void> {
    const before: Float32Array[] = []
    for (const { buffer } of this.#learned) before.push((await this.#read(buffer)).slice())
    this.#before = before
  }

  /** After the step; the copy is freed. Weights that are not finite are left out: the training is about to say so. */
  async end(epoch: number, step: number): Promise<WeightsRecord> {
    const weights: WeightSummary[] = []
    for (const [i, { name, buffer }] of this.#learned.entries()) {
      const { shape = [] } = this.#program.plan.buffers[buffer] ?? {}
      const summary = summaryOf(name, shape, this.#before[i] as Float32Array, await this.#read(buffer))
      if (Number.isFinite(summary.deviation)) weights.push(summary)
    }
    this.#before = []
    return { kind: 'weights', epoch, step, weights }
  }

  async #read(buffer: number): Promise<Float32Array> {
    return (this.#program.view?.(buffer) ?? (await this.#program.read(buffer))) as Float32Array
  }
}

export function summaryOf(name: string, shape: Shape, before: Float32Array, after: Float32Array): WeightSummary {
  let [square, change, sum, squares] = [0, 0, 0, 0]
  let [min, max] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]
  for (let i = 0; i < after.length; i++) {
    const [old, value] = [before[i] as number, after[i] as number]
    square += old * old
    change += (value - old) * (value - old)
    sum += value
    squares += value * value
    if (value < min) min = value
    if (value > max) max = value
  }
  const mean = sum / after.length
  return {
    name,
    shape,
    norm: digits(Math.sqrt(square)),
    ...(square > 0 && { ratio: digits(Math.sqrt(change / square)) }),
    min,
    max,
    mean: digits(mean),
    deviation: digits(Math.sqrt(Math.max(0, squares / after.length - mean * mean))),
    counts: histogram(after, min, max),
  }
}

function histogram(values: Float32Array, min: number, max: number): readonly number[] {
  if (!(max > min)) return [values.length]
  const counts = new Array<number>(ranges).fill(0)
  const scale = ranges / (max - min)
  for (let i = 0; i < values.length; i++) {
    const range = Math.min(ranges - 1, Math.floor(((values[i] as number) - min) * scale))
    if (range >= 0) counts[range] = (counts[range] as number) + 1
  }
  return counts
}

/** A record is a line of text, and six digits are as many as anybody reads. */
function digits(value: number): number {
  return Number(value.toPrecision(6))
}
