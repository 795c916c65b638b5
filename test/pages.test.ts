// Generated pages of the documentation are up to date.

import { readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { pages } from '../scripts/pages.ts'

it.each(Object.entries(pages))('%s is what `npm run pages` writes', async (path, text) => {
  expect(readFileSync(path, 'utf8')).toBe(await text())
})
