/** Checks of numbers that a person gives: counts, and indices of something. */

import { ArgumentError } from './errors.ts'

/** Throws `ArgumentError` for anything but a whole number from `least` to `most`. */
export function checkWhole(name: string, value: unknown, least: number, most: number): void {
  if (Number.isInteger(value) && (value as number) >= least && (value as number) <= most) return
  throw new ArgumentError(`${name} is invalid`, {
    received: String(value).slice(0, 80),
    expected: `a whole number from ${least} to ${most}`,
  })
}

/**
 * A list of different numbers below `count`, such as channels of a layer, as it was given.
 *
 * @param what `channel`, for the message
 * @param most of them
 * @throws {ArgumentError}
 */
export function checkIndices(what: string, given: unknown, count: number, most = count): readonly number[] {
  const isIndex = (each: unknown) => Number.isInteger(each) && (each as number) >= 0 && (each as number) < count
  if (Array.isArray(given) && given.length > 0 && given.length <= most && given.every(isIndex)) {
    if (new Set(given).size === given.length) return given as readonly number[]
  }
  throw new ArgumentError(`there is no such ${what}`, {
    received: given === undefined ? 'none' : String(given).slice(0, 80) || 'an empty list',
    expected: `${most === 1 ? 'one number' : 'different numbers'} from 0 to ${count - 1}${most > 1 && most < count ? `, at most ${most}` : ''}`,
  })
}
