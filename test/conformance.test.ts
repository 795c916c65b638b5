/** A sample of ONNX's own test cases for its operators: none may give other values. All of them: `npm run conformance`. */

import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { casesIn, runCase } from '../scripts/conformance/cases.ts'

const folder = join(import.meta.dirname, '../../shared/conformance')
const isThere = existsSync(folder)

/** Every n-th case, so that all kinds are among them. */
const every = 4

describe.skipIf(!isThere)("ONNX's cases (needs ../shared/conformance, which is not part of the repository)", () => {
  const names = isThere ? casesIn(folder).filter((_, index) => index % every === 0) : []

  it('compute what they must, or say why they are no networks of layers', { timeout: 60_000 }, async () => {
    const results = []
    for (const name of names) results.push(await runCase(folder, name, 'wasm'))
    expect(results.filter(({ outcome }) => outcome === 'failed')).toEqual([])
    expect(results.filter(({ outcome, reason }) => outcome === 'not meant' && reason === '')).toEqual([])
    // A reader that refused everything would fail nothing.
    expect(results.filter(({ outcome }) => outcome === 'passed').length).toBeGreaterThan(results.length / 2)
  })
})
