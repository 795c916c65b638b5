/**
 * Forward and backward passes over any number of images that are made one by one (noise, points of a path), in batches.
 * The gradient's start may depend on what the forward pass gave: the two halves of the plan run one after the other.
 */

import type { Program } from '../../backends/types.ts'
import { ArgumentError, LensletError } from '../../core/errors.ts'
import { findNotFinite } from '../../core/finite.ts'
import { checkOptions, type OptionNames } from '../../core/options.ts'
import { sizeOf } from '../../core/shapes.ts'
import { lend, type Model } from '../../model/model.ts'
import type { RectifierRule } from '../../ops/types.ts'
import type { GradientTarget } from '../../plan/goal.ts'

/** What all that runs over images takes. */
export interface RunOptions {
  /** The most images that run at once. Default 8. More take more memory: `Model.planFor` says how much. */
  readonly batch?: number | undefined
  readonly signal?: AbortSignal | undefined
  /** Called with the number of images that have been through the network, and that of all. */
  readonly progress?: ((done: number, all: number) => void) | undefined
}

export const runOptionNames: OptionNames<RunOptions> = { batch: true, signal: true, progress: true }

/** @throws {ArgumentError} */
export function checkRun<T extends RunOptions>(of: string, options: T, names: OptionNames<T>): void {
  checkOptions<T>(of, options, names)
  const { batch = 8 } = options
  if (Number.isInteger(batch) && batch > 0) return
  throw new ArgumentError('the batch must be a whole number from 1', { received: `${batch}` })
}

/** What the passes are over. `index` counts the images of the passes. */
export interface Passes {
  readonly count: number
  /** The node that gradients are of. */
  readonly of: string
  readonly to: readonly GradientTarget[]
  readonly taps?: readonly string[]
  readonly rectifiers?: RectifierRule
  /** Writes an image, [h, w, c]. In float64, which the reference computes with: a ReLU may hang on the last bits. */
  image(index: number, into: Float64Array): void
  /** Writes where the gradient starts into `gradient`, which is zero, from the values of `of`; both [h, w, c]. */
  start(index: number, values: Float32Array, gradient: Float32Array): void
  /** Takes what was asked for, of one image; the arrays are used again. */
  take(index: number, results: Results): void
}

export interface Results {
  /** dL/d(output), by the node; the images' by the name of their node. */
  readonly gradients: Readonly<Record<string, Float32Array>>
  /** By the node. */
  readonly taps: Readonly<Record<string, Float32Array>>
}

/** What of a plan for gradients a run needs. */
type PassPlan = Pick<Passes, 'of' | 'to' | 'taps' | 'rectifiers'>

/** Throws `GradientError` if nothing leads from `to` to `of`, or a rule for rectifiers finds none. */
export async function runPasses(model: Model, passes: Passes, options: RunOptions): Promise<void> {
  const { count } = passes
  const batch = Math.min(count, options.batch ?? 8)
  await lendPasses(model, passes, batch, async (runner) => {
    for (let first = 0; first < count; first += batch) {
      options.signal?.throwIfAborted()
      await runner.run(passes, first, Math.min(batch, count - first))
      options.progress?.(Math.min(first + batch, count), count)
    }
  })
}

/** For passes that follow from each other. Throws as `runPasses` does. */
export function lendPasses<T>(
  model: Model,
  { of, to, taps = [], rectifiers = 'gradient' }: PassPlan,
  batch: number,
  use: (runner: PassRunner) => Promise<T>,
): Promise<T> {
  const goal = { kind: 'gradients', of: { node: of }, to, statistics: 'tracked', rectifiers } as const
  return lend(model, { batch, taps: [...new Set([of, ...taps])], goal }, (program) => use(new PassRunner(program, of)))
}

export class PassRunner {
  readonly #program: Program
  readonly #of: string
  readonly #images: Float64Array
  readonly #start: Float32Array
  readonly #gradients: readonly ReadBuffer[]
  readonly #taps: readonly ReadBuffer[]

  constructor(program: Program, of: string) {
    const { ports, buffers } = program.plan
    const arrayFor = (buffer: number) => new Float32Array(sizeOf(buffers[buffer]?.shape ?? []))
    const reading = (found: Readonly<Record<string, number>> = {}) =>
      Object.entries(found).map(([node, buffer]) => ({ node, buffer, data: arrayFor(buffer) }))
    this.#program = program
    this.#of = of
    this.#images = new Float64Array(sizeOf(buffers[ports.pictures]?.shape ?? []))
    this.#start = arrayFor(ports.outputGradient as number)
    this.#gradients = reading(ports.gradients?.nodes)
    this.#taps = reading(ports.taps)
  }

  /** `count` images from `first`, at most a batch. */
  async run(
    { image, start, take }: Pick<Passes, 'image' | 'start' | 'take'>,
    first: number,
    count: number,
  ): Promise<void> {
    const program = this.#program
    const { ports, backwardFrom, batch } = program.plan
    const each = this.#images.length / batch
    for (let i = 0; i < count; i++) image(first + i, this.#images.subarray(i * each, (i + 1) * each))
    program.write(ports.pictures, this.#images)
    await program.run({ to: backwardFrom })
    for (const { buffer, data } of this.#taps) await program.read(buffer, data)
    const taps = (index: number) => partsOf(this.#taps, index, batch)
    const one = this.#start.length / batch
    this.#start.fill(0)
    for (let i = 0; i < count; i++) {
      const values = taps(i)[this.#of] as Float32Array
      checkFinite(values, this.#of)
      start(first + i, values, this.#start.subarray(i * one, (i + 1) * one))
    }
    program.write(ports.outputGradient as number, this.#start)
    await program.run({ from: backwardFrom })
    for (const { buffer, data } of this.#gradients) await program.read(buffer, data)
    for (let i = 0; i < count; i++) take(first + i, { gradients: partsOf(this.#gradients, i, batch), taps: taps(i) })
  }
}

interface ReadBuffer {
  readonly node: string
  readonly buffer: number
  readonly data: Float32Array
}

function partsOf(buffers: readonly ReadBuffer[], index: number, batch: number): Record<string, Float32Array> {
  return Object.fromEntries(
    buffers.map(({ node, data }) => {
      const each = data.length / batch
      return [node, data.subarray(index * each, (index + 1) * each)]
    }),
  )
}

/** A map of such scores would mean nothing. */
export function checkFinite(scores: Float32Array, layer: string): void {
  const at = findNotFinite(scores)
  if (at === -1) return
  throw new LensletError(`the values of ${layer} are not finite numbers`, {
    received: `${scores[at]}`,
    advice: 'the weights have diverged: train the model again with a lower learning rate',
  })
}
