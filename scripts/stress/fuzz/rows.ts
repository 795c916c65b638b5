/** A row for each format. */

import { Random } from '../../../src/core/random.ts'
import { describe, expectThat, Wrong } from '../row.ts'
import type { TrialRow, Trials } from '../trials.ts'
import type { Format } from './format.ts'
import { formats } from './formats.ts'
import { judge } from './judge.ts'
import { minimize } from './minimize.ts'

export const fuzzRows: readonly TrialRow[] = formats.map((format) => ({
  kind: 'fuzz',
  name: format.name,
  unit: 'inputs',
  short: format.short,
  full: 100_000,
  memory: format.memory,
  prepare: (seed, folder) => prepare(format, seed, folder),
}))

async function prepare(format: Format, seed: number, folder: string): Promise<Trials> {
  const fuzzer = await format.prepare(folder)
  for (const [index, bytes] of fuzzer.good.entries()) {
    try {
      await fuzzer.read(bytes)
    } catch (error) {
      throw new Wrong(`${format.name}: the valid input ${index} is refused: ${describe(error)}`)
    }
  }
  const before = fuzzer.good.map((bytes) => new Uint8Array(bytes))
  const { hostile = [] } = fuzzer
  const inputOf = async (trial: number) =>
    hostile[trial]?.bytes() ?? fuzzer.draw(Random.seeded(seed, format.name, trial))
  return {
    async run(trial) {
      const made = hostile[trial]
      const word = await judge(fuzzer, await inputOf(trial))
      expectThat(word === 'refused' || made === undefined || made.mayBeRead === true, `accepted: ${made?.what}`)
      return word
    },
    async end() {
      // What was read before must not change what is read now.
      for (const [index, bytes] of fuzzer.good.entries()) {
        expectThat(Buffer.compare(bytes, before[index] as Uint8Array) === 0, `the valid input ${index} was changed`)
        await fuzzer.read(bytes)
      }
      return {}
    },
    input: async (trial, how) => (how === 'reduced' ? minimize(fuzzer, await inputOf(trial)) : inputOf(trial)),
  }
}
