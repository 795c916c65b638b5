/**
 * How exactly an accuracy is known from a number of images: Wilson's score interval (Wilson 1927), which stays within 0 and 1 and
 * is close to its confidence also near them, where the usual ± 1.96 deviations are not (Brown, Cai and DasGupta 2001).
 */

import { ArgumentError } from '../core/errors.ts'

/** The quantile of the normal distribution that leaves 2.5 % on each side. */
const quantile = 1.959963984540054

/**
 * The interval that contains the true share with a confidence of 95 %, over test sets of this size. It says nothing about other
 * data than that of the test images, nor about other trainings. Throws `ArgumentError` for a share that cannot be one.
 *
 * @param share 0 to 1
 * @param count images, from 1
 */
export function wilsonInterval(share: number, count: number): readonly [low: number, high: number] {
  if (!(share >= 0 && share <= 1 && count >= 1)) {
    throw new ArgumentError('no interval of a share', {
      received: `a share of ${share}, of ${count} images`,
      expected: 'a share from 0 to 1, of at least one image',
    })
  }
  const square = (quantile * quantile) / count
  const middle = (share + square / 2) / (1 + square)
  const reach = (quantile / (1 + square)) * Math.sqrt((share * (1 - share)) / count + square / (4 * count))
  return [share === 0 ? 0 : middle - reach, share === 1 ? 1 : middle + reach]
}
