/** The training of the races: the weights after each of its steps are known. */

import type { Model } from '../../../src/model/model.ts'
import { train } from '../../../src/train/loop.ts'
import type { TrainOptions } from '../../../src/train/options.ts'
import type { Progress } from '../../../src/train/progress.ts'
import { createSmall, type State, setState, smallData, stateOf } from './small.ts'

export const data = smallData()

/** An epoch is a step, so the weights after each step can be looked at. */
export const options: TrainOptions = {
  epochs: 6,
  batch: 40,
  optimizer: { kind: 'momentum', rate: 0.05 },
  seed: 3,
  keep: 'last',
  evaluate: 'never',
}

export async function learn(model: Model, each: (progress: Progress) => Promise<void> | void = () => {}) {
  for await (const progress of train(model, data, options)) await each(progress)
}

/** Of a training that nobody disturbs: at its start, and after each step. Default start: initial weights of seed 1. */
export async function trainedStates(start?: State): Promise<readonly State[]> {
  const model = await createSmall(1, 1)
  try {
    if (start !== undefined) setState(model, start)
    const states = [stateOf(model)]
    await learn(model, ({ kind }) => void (kind === 'epoch' && states.push(stateOf(model))))
    return states
  } finally {
    await model.dispose()
  }
}
