/** Long lives: many predictions, models and trainings in one process, whose memory, threads and files stay as they were. */

import { train } from '../../../src/train/loop.ts'
import type { TrialRow, Trials } from '../trials.ts'
import { Resources } from './resources.ts'
import { createSmall, smallData, smallImages } from './small.ts'

const data = smallData()

/** @param every trials between two looks */
function sampled(every: number, run: (trial: number) => Promise<string>): Trials {
  const resources = new Resources()
  return {
    async run(trial) {
      const word = await run(trial)
      if (trial % every === every - 1) resources.take()
      return word
    },
    end: async () => resources.check(),
  }
}

const row = (
  name: string,
  unit: string,
  [short, full]: readonly [number, number],
  prepare: TrialRow['prepare'],
): TrialRow => ({ kind: 'long', name, unit, short, full, memory: 512, prepare })

export const longRows: readonly TrialRow[] = [
  row('one model predicts', 'predictions', [2000, 100_000], async () => {
    const model = await createSmall(1, 2)
    return sampled(100, async () => {
      await model.predict(smallImages)
      return 'predicted'
    })
  }),
  row('models come and go', 'models', [60, 1000], async () =>
    sampled(3, async (trial) => {
      const model = await createSmall(trial, 2)
      await model.predict(smallImages)
      await model.dispose()
      return 'disposed of'
    }),
  ),
  row('trainings are broken off', 'trainings', [40, 1000], async () =>
    sampled(2, async (trial) => {
      const model = await createSmall(trial, 2)
      for await (const _ of train(model, data, { epochs: 3, batch: 8 })) {
        // In every second one, what the loop itself needs is taken away.
        if (trial % 2 === 0) await model.dispose()
        break
      }
      await model.dispose()
      return 'broken off'
    }),
  ),
]
