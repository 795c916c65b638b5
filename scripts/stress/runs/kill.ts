/** Kills: a training that is repeatedly ended by SIGKILL and resumed must give the bits of an undisturbed one. */

import { existsSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { Random } from '../../../src/core/random.ts'
import type { Row } from '../row.ts'
import { start } from './command.ts'
import { inTurn, type Prepared, prepareRuns } from './prepared.ts'
import { checkWhole, goOn, resumeWords, trainWords } from './training.ts'

/** Kills of one run before it is finished and compared. */
const killsOfOne = 5

/** Starts or resumes the run, and kills it; false if it ended first. */
type Kill = (random: Random, prepared: Prepared, out: string, first: boolean) => Promise<boolean>

/** At any time between its start and its end. */
const atRandom: Kill = async (random, { data, duration }, out) => {
  const words = existsSync(join(out, 'run.json')) ? resumeWords(out) : trainWords(data, out)
  const { process, ended } = start(words)
  await Promise.race([ended, wait(random.next() * duration)])
  process.kill('SIGKILL')
  return (await ended).code === null
}

/** Before or after one of its operations on files. */
const atOperation: Kill = async (random, { data, moments }, out, first) => {
  // A resumed run has fewer of them left.
  const at = moments[random.integer(Math.ceil(moments.length / (first ? 1 : 3)))] as number
  const action = random.integer(2) === 0 ? 'kill before' : 'kill after'
  return (await goOn(data, out, { folder: out, at, action })).code === null
}

function killRow(name: string, kill: Kill, short: number, full: number): Row {
  return {
    kind: 'kill',
    name,
    unit: 'kills',
    short,
    full,
    async run(context) {
      const prepared = await prepareRuns(context)
      let runs = 0
      const trial = async (number: number) => {
        const random = Random.seeded(context.seed, name, number)
        const out = join(context.folder, `run-${number}`)
        let kills = 0
        while (kills < killsOfOne && (await kill(random, prepared, out, kills === 0))) kills++
        checkWhole(await goOn(prepared.data, out), out, prepared.undisturbed)
        runs++
        rmSync(out, { recursive: true })
        return kills
      }
      return inTurn(context, trial, () => ({ 'runs compared': `${runs}`, moments: `${prepared.moments.length}` }))
    },
  }
}

export const killRows: readonly Row[] = [
  killRow('at a random moment', atRandom, 5, 300),
  killRow('at an operation on a file', atOperation, 10, 300),
]
