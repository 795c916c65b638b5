/**
 * Random networks: the kernels against the reference, the reference against the networks' meaning, and all ways to run a
 * plan against each other. `scripts/differential.ts` does many thousands, and makes what fails smaller.
 */

import { describe, expect, it } from 'vitest'
import { checkTrial, type Outcome } from './differential/check.ts'
import { commandOf, drawTrial } from './differential/trials.ts'
import { variantsHere } from './differential/variants.ts'

const [groups, each] = [8, 25]

describe('random networks', () => {
  const variants = variantsHere()
  const outcomes: Outcome[] = []

  it.each(Array.from({ length: groups }, (_, group) => 1 + group * each))(
    `agree: ${each} from seed %d`,
    async (first) => {
      for (let seed = first; seed < first + each; seed++) {
        const { trial } = drawTrial(seed, variants)
        try {
          outcomes.push(await checkTrial(trial))
        } catch (error) {
          throw new Error(`${(error as Error).message}\n${commandOf(trial)}`, { cause: error })
        }
      }
    },
    120_000,
  )

  it('are compared, nearly all of them: kinks are rarely near', () => {
    expect(outcomes.filter(({ differences }) => differences).length).toBeGreaterThan(0.9 * groups * each)
    expect(outcomes.reduce((sum, { unclear }) => sum + unclear, 0)).toBeLessThan(0.05 * groups * each)
  })
})
