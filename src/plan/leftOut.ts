/** What the files for pages leave out to keep their size down is refused where it is asked for. */

import { ArgumentError } from '../core/errors.ts'

/** Throws `ArgumentError` for the first of the settings that is given: neither undefined nor an empty list. */
export function refuse(given: Readonly<Record<string, unknown>>): void {
  for (const [name, value] of Object.entries(given)) {
    if (value === undefined || (Array.isArray(value) && value.length === 0)) continue
    throw new ArgumentError(`lenslet.browser.js has no ${name}`, {
      received: `${name}: ${JSON.stringify(value)}`,
      expected: `no ${name}`,
      advice: 'bundle the package lenslet with Vite or another bundler, which has all of it',
    })
  }
}
