/** Two processes and one folder: one of them has it, and what they leave is one whole run. */

import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { Random } from '../../../src/core/random.ts'
import { expectThat, type Row } from '../row.ts'
import { type Ended, run, saidBy } from './command.ts'
import { inTurn, type Prepared, prepareRuns } from './prepared.ts'
import { checkWhole, goOn, resumeWords, trainWords } from './training.ts'

/** Refused: by an error that says who has the folder or what it holds. */
function checkRefused(ended: Ended): void {
  expectThat(ended.code === 2, saidBy(ended))
  expectThat(!/\n\s+at .*:\d+:\d+/.test(ended.stderr), `a stack: ${saidBy(ended)}`)
}

/** Both start within a few milliseconds, or one while the other is at work. */
const both = async (random: Random, duration: number, words: readonly string[]) => {
  const later = random.integer(2) === 0 ? random.integer(30) : random.next() * duration
  return Promise.all([run(words), wait(later).then(() => run(words))])
}

async function twoTrains(random: Random, { data, duration, undisturbed }: Prepared, out: string): Promise<void> {
  const ended = await both(random, duration, trainWords(data, out))
  const [winner, loser] = ended.toSorted((a, b) => Number(a.code) - Number(b.code)) as [Ended, Ended]
  checkWhole(winner, out, undisturbed)
  checkRefused(loser)
}

async function twoResumes(random: Random, { data, moments, duration, undisturbed }: Prepared, out: string) {
  const at = moments[Math.floor(moments.length * (0.2 + 0.6 * random.next()))] as number
  await goOn(data, out, { folder: out, at, action: 'kill before' })
  const ended = await both(random, duration, resumeWords(out))
  const [winner, other] = ended.toSorted((a, b) => Number(a.code) - Number(b.code)) as [Ended, Ended]
  checkWhole(winner, out, undisturbed)
  // A run that is finished can be resumed: there is nothing left to do.
  if (other.code !== 0) checkRefused(other)
}

function row(name: string, race: typeof twoTrains, short: number, full: number): Row {
  return {
    kind: 'race',
    name,
    unit: 'races',
    short,
    full,
    async run(context) {
      const prepared = await prepareRuns(context)
      return inTurn(context, async (number) => {
        const out = join(context.folder, `run-${number}`)
        await race(Random.seeded(context.seed, name, number), prepared, out)
        rmSync(out, { recursive: true, force: true })
        return 1
      })
    },
  }
}

export const raceRows: readonly Row[] = [
  row('two trains into one folder', twoTrains, 2, 60),
  row('two resumes of one folder', twoResumes, 2, 60),
]
