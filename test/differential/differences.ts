/** Gradients against differences of the oracle, all arrays at once. */

import { Draw } from './draw.ts'
import { expectClose } from './fault.ts'
import { array } from './fill.ts'
import { type Answer, type Arrays, evaluate, type Question } from './oracle.ts'
import type { Trial } from './trials.ts'

/**
 * Along a random direction v in all targets at once: Σ gradient·v = (L(+hv) − L(−hv))/2h. The difference at h/2 tells how
 * far the one at h is off; where it tells too much, or a kink lies between, a smaller h is tried. Whether one would do.
 */
export function compareDifferences(
  gradients: ReadonlyMap<string, Float32Array>,
  question: Question & Pick<Answer, 'sides'>,
  loss: (answer: Answer) => number,
  { seed }: Trial,
): boolean {
  const direction = new Map(
    [...gradients].map(([name, { length }]) => [
      name,
      array(Draw.seeded(seed, 'direction', name), length, ({ random }) => random.normal()),
    ]),
  )
  let sum = 0
  let size = 0
  for (const [name, gradient] of gradients)
    for (const [i, value] of gradient.entries()) {
      const part = value * (direction.get(name)?.[i] as number)
      sum += part
      size += Math.abs(part)
    }
  for (const h of [1e-4, 1e-5, 1e-6]) {
    const slope = (step: number) => {
      const ends = [step, -step].map((by) => evaluate(moved(question, direction, by))) as [Answer, Answer]
      const [high, low] = ends.map(loss) as [number, number]
      return {
        value: (high - low) / (2 * step),
        smooth: ends.every(({ sides }) => sides === question.sides),
        scale: Math.abs(high),
      }
    }
    const [whole, half] = [slope(h), slope(h / 2)]
    // The whole is four times as far off as the half.
    const bend = (2 / 3) * Math.abs(whole.value - half.value)
    // Of the loss: 2⁻⁵³ for each of some 2¹⁰ operations, and of the 1 that a logarithm is taken of where it is next to 0.
    const rounding = (2 ** -43 * (whole.scale + size * h) + 2 ** -52) / h
    const slack = bend + rounding + 2 ** -24 * size
    // Gradients that are too small, or all 0, must not make anything pass.
    if (!whole.smooth || !half.smooth || slack > 1e-3 * Math.max(size, Math.abs(half.value))) continue
    expectClose('gradients on the reference, along a direction: Σ gradient·v', [sum], [half.value], () => slack)
    return true
  }
  return false
}

/** The question at another place. Targets are weights, or nodes: the pictures are the first of these. */
function moved(question: Question, direction: Arrays, by: number): Question {
  const weights = new Map(question.weights)
  const nudges = new Map<string, Float64Array>()
  for (const [name, array] of direction) {
    const before = weights.get(name)
    if (before === undefined)
      nudges.set(
        name,
        array.map((value) => by * value),
      )
    else
      weights.set(
        name,
        before.map((value, i) => value + by * (array[i] as number)),
      )
  }
  return { ...question, weights, nudges }
}
