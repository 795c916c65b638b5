/** A row for each format. */

import { Random } from '../../../src/core/random.ts'
import { describe, Wrong } from '../row.ts'
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
  const inputOf = async (trial: number) => fuzzer.draw(Random.seeded(seed, format.name, trial))
  return {
    run: async (trial) => judge(fuzzer, await inputOf(trial)),
    input: async (trial, how) => (how === 'reduced' ? minimize(fuzzer, await inputOf(trial)) : inputOf(trial)),
  }
}
