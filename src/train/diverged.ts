/**
 * Finds where a loss that is not finite comes from. The arena reuses memory, so what the layers gave is gone when the
 * loss is known; the forward steps are run again, one by one, and each one's output is checked as it appears.
 */

import type { Program } from '../backends/types.ts'
import type { TypedArray } from '../ops/arrays.ts'
import type { PlanBuffer, PlanStep } from '../plan/types.ts'
import { DivergedError } from './errors.ts'

export interface DivergedStep {
  /** From 0: the step whose loss is not finite. */
  readonly step: number
  readonly stepsPerEpoch: number
  /** Learning rate of the step, or of the update before it. */
  readonly rate: number
  /** The optimizer's rate: the highest that the schedule reaches, and what was asked for. */
  readonly fullRate: number
}

/**
 * After a step with a loss that is not finite, with all weights as they were before it. Moves the running statistics: the
 * caller restores them.
 */
export async function findDivergence(program: Program, at: DivergedStep): Promise<DivergedError> {
  const weight = await badWeight(program)
  if (weight !== undefined) return badUpdate(weight, at)
  const { plan } = program
  const pictures = plan.buffers[plan.ports.pictures] as PlanBuffer
  const given = badValue(await valuesOf(program, pictures))
  if (given !== undefined) return badPictures(given, at, pictures.name)
  for (let index = 0; index < plan.backwardFrom; index++) {
    await program.run({ from: index, to: index + 1 })
    const step = plan.steps[index] as PlanStep
    for (const id of step.outputs) {
      const buffer = plan.buffers[id] as PlanBuffer
      const bad = badValue(await valuesOf(program, buffer))
      if (bad === undefined) continue
      return diverged(`the loss is not finite: the output of ${step.node} is ${bad}`, at, {
        node: step.node,
        buffer: buffer.name,
      })
    }
  }
  return diverged('the loss is not finite, though every output is', at, { node: 'loss', buffer: 'losses' })
}

/** After a step whose gradients' norm was not finite, so that nothing was updated. */
export function gradientDivergence(at: DivergedStep): DivergedError {
  return diverged('the gradients are not finite, though the loss is', at, { node: 'loss', buffer: 'gradients' })
}

/** A weight that is not finite after an update; undefined where all are. */
export async function badWeight(program: Program): Promise<PlanBuffer | undefined> {
  const { parameters, buffers } = program.plan
  // The backward pass goes from the last layer to the first: the last one hit is where it began.
  for (const { buffer: id } of parameters.toReversed()) {
    const buffer = buffers[id] as PlanBuffer
    if (badValue(await valuesOf(program, buffer)) !== undefined) return buffer
  }
  return undefined
}

async function valuesOf(program: Program, { id }: PlanBuffer): Promise<TypedArray> {
  return program.view?.(id) ?? (await program.read(id))
}

/** The update before step `at.step` spoiled a weight. */
export function badUpdate({ name }: PlanBuffer, at: DivergedStep): DivergedError {
  const where = { node: name.slice(0, name.lastIndexOf('.')), buffer: name }
  if (at.step === 0) return diverged(`${name} is not finite before the first step`, at, where)
  // The step that took the update, which may be the last one of its epoch.
  const taken = { ...at, step: at.step - 1 }
  return diverged(`training diverged: the update of step ${at.step} left ${name} not finite`, taken, where, at.step)
}

/** No update is at fault, and no lower rate helps. */
function badPictures(bad: string, { step, stepsPerEpoch }: DivergedStep, name: string): DivergedError {
  const epoch = Math.floor(step / stepsPerEpoch) + 1
  return new DivergedError(
    `the loss is not finite: a value of the images is ${bad}`,
    { step, epoch, node: name, buffer: name },
    {
      received: `NaN or ∞ in the images of step ${step + 1}, epoch ${epoch}`,
      expected: 'finite numbers',
      advice: "check the normalization: each channel's std must be a positive number",
    },
  )
}

/** @param finished steps, where they are not those before `at.step` */
function diverged(
  message: string,
  { step, stepsPerEpoch, rate, fullRate }: DivergedStep,
  where: { node: string; buffer: string },
  finished = step,
) {
  const epoch = Math.floor(step / stepsPerEpoch) + 1
  const rates =
    rate === fullRate ? printRate(rate) : `${printRate(rate)} (the schedule's share of ${printRate(fullRate)})`
  return new DivergedError(
    message,
    { step: finished, epoch, ...where },
    {
      received: `NaN or ∞ in step ${step + 1}, epoch ${epoch}, first in ${where.buffer}, at learning rate ${rates}`,
      expected: 'finite numbers',
      advice: `a lower rate (${printRate(fullRate / 10)}), a warm-up, clipNorm 1, or BN after each CONV`,
    },
  )
}

/** Three digits, without zeros at the end: 1000, 0.004. */
export function printRate(rate: number): string {
  return `${Number(rate.toPrecision(3))}`
}

/** What is not finite among the values; undefined where all are. */
function badValue(values: TypedArray): 'NaN' | '∞' | '−∞' | undefined {
  // A sum of finite float32 numbers is finite in float64, and one that is not finite stays so.
  let total = 0
  for (let i = 0; i < values.length; i++) total += values[i] as number
  if (Number.isFinite(total)) return undefined
  const bad = (values as Float32Array).find((value) => !Number.isFinite(value)) as number
  return Number.isNaN(bad) ? 'NaN' : bad > 0 ? '∞' : '−∞'
}
