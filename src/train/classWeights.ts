/** Weights of classes as a person gives them: one for each score, by name, or balanced by how often each class occurs. */

import { ArgumentError } from '../core/errors.ts'
import { closest } from '../core/suggest.ts'
import { listed, printable } from '../core/text.ts'
import type { Dataset } from '../data/dataset.ts'

/**
 * In the order of the scores; by the names of classes, where those left out count 1; or `balanced`: n / (k · n_c), so that all
 * k classes count the same (King & Zeng 2001). Of labels, `balanced` is images without the label / images with it.
 */
export type ClassWeights = readonly number[] | 'balanced' | Readonly<Record<string, number>>

/**
 * @param matched data whose labels are indexes of scores
 * @param scores how many there are
 * @throws {ArgumentError} a name that is no class
 */
export function classWeightsOf(
  given: ClassWeights | undefined,
  { train, classes }: Pick<Dataset, 'train' | 'classes'>,
  scores: number,
): readonly number[] | undefined {
  if (given === undefined || Array.isArray(given)) return given as readonly number[] | undefined
  if (given === 'balanced') return balanced(train, scores)
  if (typeof given !== 'object' || given === null)
    throw new ArgumentError('classWeights is invalid', {
      received: String(given),
      expected: "a number for each score, { cat: 2 }, or 'balanced'",
    })
  const unknown = Object.keys(given).find((name) => !classes.includes(name))
  if (unknown === undefined)
    return classes.map((name) => (Object.hasOwn(given, name) ? Number(given[name as never]) : 1))
  const near = closest(unknown, classes)
  throw new ArgumentError('classWeights names a class that there is not', {
    received: printable(unknown),
    expected: `names of ${listed(classes, 10)}`,
    ...(near && { advice: near }),
  })
}

function balanced({ count, labels, targets }: Dataset['train'], scores: number): readonly number[] {
  const counts = new Array<number>(scores).fill(0)
  if (targets === undefined) for (const label of labels) counts[label] = (counts[label] as number) + 1
  else
    targets.forEach((target, i) => {
      counts[i % scores] = (counts[i % scores] as number) + target
    })
  const present = counts.filter((each) => each > 0).length
  return counts.map((each) => {
    if (each === 0) return 1
    return targets === undefined ? count / (present * each) : Math.max(0, count - each) / each
  })
}
