/**
 * Timing: repeated runs in a contender, and what is said about them. On a shared machine the least time is the one that
 * tells about the program; ratios are taken within a round, where both stood in the same weather.
 */

/** Milliseconds of one run each, and how many runs there were: not all need have a time of their own. */
export interface Turn {
  readonly times: readonly number[]
  readonly runs: number
  /** Milliseconds of processor time of all runs, where this process does not see them itself. */
  readonly cpu?: number
}

const most = 200

/** Runs until the time is over, at least once. The first is colder than the others, and the least time forgets it. */
export async function repeat(run: () => Promise<unknown> | unknown, milliseconds: number): Promise<Turn> {
  const times: number[] = []
  const begin = performance.now()
  let now = begin
  do {
    const start = now
    await run()
    now = performance.now()
    times.push(now - start)
  } while (now - begin < milliseconds && times.length < most)
  return { times, runs: times.length }
}

export const least = (values: readonly number[]): number => Math.min(...values)

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b)
  const middle = sorted.length >> 1
  const upper = sorted[middle] ?? Number.NaN
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? Number.NaN) + upper) / 2
}

/** How many times faster: of the least times, and in the rounds (median, lowest, highest). */
export interface Ratio {
  readonly ofMinima: number
  readonly median: number
  readonly low: number
  readonly high: number
}

/** `theirs` and `ours` are the least times of each round. */
export function ratioOf(theirs: readonly number[], ours: readonly number[]): Ratio {
  const each = theirs.map((time, round) => time / (ours[round] ?? Number.NaN))
  return {
    ofMinima: least(theirs) / least(ours),
    median: median(each),
    low: Math.min(...each),
    high: Math.max(...each),
  }
}

/** Greatest difference over the root mean square of what is expected; infinite where a value is missing or no number. */
export function errorOverRms(received: Float32Array, expected: Float32Array): number {
  if (received.length !== expected.length) return Number.POSITIVE_INFINITY
  let greatest = 0
  let squares = 0
  for (let index = 0; index < expected.length; index++) {
    const value = expected[index] as number
    const difference = Math.abs((received[index] as number) - value)
    if (Number.isNaN(difference)) return Number.POSITIVE_INFINITY
    greatest = Math.max(greatest, difference)
    squares += value * value
  }
  return greatest / Math.sqrt(squares / expected.length)
}

/** Root mean square of the difference over that of what is expected; infinite where a value is missing or no number. */
export function rmsErrorOverRms(received: Float32Array, expected: Float32Array): number {
  if (received.length !== expected.length) return Number.POSITIVE_INFINITY
  let differences = 0
  let squares = 0
  for (let index = 0; index < expected.length; index++) {
    const value = expected[index] as number
    differences += ((received[index] as number) - value) ** 2
    squares += value * value
  }
  const error = Math.sqrt(differences / squares)
  return Number.isNaN(error) ? Number.POSITIVE_INFINITY : error
}
