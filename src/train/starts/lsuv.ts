/**
 * Layer-sequential unit variance (Mishkin and Matas 2016): one forward pass over a batch of training images, step by step; as
 * soon as a layer's output is there, its filters are scaled until the output has deviation 1, and the pass goes on from
 * the scaled output.
 */

import type { Program } from '../../backends/types.ts'
import { volumeSize } from '../../core/shapes.ts'
import { Batches } from '../../data/batches.ts'
import type { Model } from '../../model/model.ts'
import { emptyArray } from '../../ops/arrays.ts'
import { bufferOf } from '../../plan/step.ts'
import type { TrainSettings } from '../options.ts'
import type { StartContext } from './context.ts'
import type { ResolvedStart, StartTarget } from './options.ts'

interface Scaled {
  readonly name: string
  /** Deviation of the layer's output. */
  readonly before: number
  readonly after: number
}

/** With a bias, an output is not quite proportional to the filters. */
const mostRounds = 10
const closeEnough = 0.01

export async function unitVariance(targets: readonly StartTarget[], context: StartContext): Promise<readonly Scaled[]> {
  const { program, trial } = context
  if (trial === undefined) return []
  const byNode = new Map(targets.map((target) => [target.sized.node.name, target]))
  for (const { name, buffer } of program.plan.parameters)
    trial.write(bufferFor(trial, name), (await program.read(buffer)).slice())
  await writeBatch(trial, context)
  const scaled: Scaled[] = []
  const { steps, backwardFrom, ports } = trial.plan
  for (let index = 0; index < backwardFrom; index++) {
    await trial.run({ from: index, to: index + 1 })
    const node = steps[index]?.node as string
    const target = byNode.get(node)
    if (target === undefined || steps[index + 1]?.node === node) continue
    const first = steps.findIndex((step) => step.node === node)
    const output = ports.taps?.[node] as number
    scaled.push(await scale(trial, target, output, () => trial.run({ from: first, to: index + 1 })))
  }
  for (const { name } of targets) program.write(bufferFor(program, name), await trial.read(bufferFor(trial, name)))
  return scaled
}

/** A program whose forward pass can be taken step by step, for the rules that need one. It takes memory of its own. */
export async function bindTrial(
  starts: readonly ResolvedStart[],
  model: Model,
  { batch, loss }: Pick<TrainSettings, 'batch' | 'loss'>,
): Promise<Program | undefined> {
  const targets = starts.flatMap(({ rule, targets: each }) => (rule.kind === 'lsuv' ? each : []))
  if (targets.length === 0) return undefined
  const goal = { kind: 'gradients', of: { loss }, to: ['weights'], statistics: 'batch' } as const
  return model.bind({ batch, goal, taps: [...new Set(targets.map(({ sized }) => sized.node.name))] })
}

async function scale(
  trial: Program,
  { name }: StartTarget,
  output: number,
  again: () => Promise<void>,
): Promise<Scaled> {
  const buffer = bufferFor(trial, name)
  const before = deviationOf(await trial.read(output))
  let after = before
  for (let round = 0; round < mostRounds && Math.abs(after - 1) > closeEnough; round++) {
    // Outputs without any variance, or not finite: no factor helps.
    if (!(after > 0 && after < Number.POSITIVE_INFINITY)) break
    const values = await trial.read(buffer)
    trial.write(
      buffer,
      values.map((value) => value / after),
    )
    await again()
    after = deviationOf(await trial.read(output))
  }
  return { name, before, after }
}

async function writeBatch(trial: Program, { dataset, settings }: StartContext): Promise<void> {
  const { batch, normalization, seed } = settings
  const { ports } = trial.plan
  const images = new Float32Array(batch * volumeSize(dataset.train))
  const labels = emptyArray(bufferOf(trial.plan, ports.labels as number)) as Float32Array
  const batches = new Batches(dataset.train, { batch, normalization, seed })
  await batches.ready(0, 0)
  batches.fill(0, 0, images, labels)
  trial.write(ports.pictures, images)
  trial.write(ports.labels as number, labels)
  if (ports.seed !== undefined) trial.write(ports.seed, [seed, 0])
}

function bufferFor({ plan }: Program, name: string): number {
  return plan.parameters.find((parameter) => parameter.name === name)?.buffer as number
}

function deviationOf(values: ArrayLike<number>): number {
  let sum = 0
  for (let i = 0; i < values.length; i++) sum += values[i] as number
  const mean = sum / values.length
  let squares = 0
  for (let i = 0; i < values.length; i++) squares += ((values[i] as number) - mean) ** 2
  return Math.sqrt(squares / values.length)
}
