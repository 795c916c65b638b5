/** In the place of rates.ts in files for pages, which keep their size down by leaving learning rates by group out. */

import { ArgumentError } from '../core/errors.ts'
import type { RateRule } from './rates.ts'

/** Throws `ArgumentError` where there are rules. */
export function checkRates(rates: readonly RateRule[]): void {
  if (Array.isArray(rates) && rates.length === 0) return
  throw new ArgumentError('lenslet.browser.js has no learning rates by group', {
    received: `rates: ${JSON.stringify(rates)}`,
    expected: 'a training without rates',
    advice: 'bundle the package lenslet with Vite or another bundler, which has all of it',
  })
}

export function rateFactors(): ReadonlyMap<string, number> {
  return new Map()
}
