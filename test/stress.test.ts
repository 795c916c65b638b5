// The short version of `npm run stress`: every row, bounded by the number of trials. What was found once is read again.

import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { formats } from '../scripts/stress/fuzz/formats.ts'
import { judge } from '../scripts/stress/fuzz/judge.ts'
import { type Context, fileStem, kinds } from '../scripts/stress/row.ts'
import { rows } from '../scripts/stress/rows.ts'

const folder = mkdtempSync(join(tmpdir(), 'lenslet-stress-'))
afterAll(() => rmSync(folder, { recursive: true, force: true, maxRetries: 5 }))

/** Generous: nothing here is about speed. */
const timeout = 600_000

describe.each(kinds)('%s', (kind) => {
  it.each(rows.filter((row) => row.kind === kind).map((row) => [row.name, row] as const))(
    '%s',
    { timeout },
    async (_, row) => {
      const context: Context = {
        seed: 1,
        count: row.short,
        until: Number.POSITIVE_INFINITY,
        folder: mkdtempSync(join(folder, 'row-')),
        shared: folder,
        hangSeconds: 60,
        progress() {},
      }
      const { tried, findings, skipped } = await row.run(context)
      expect(findings).toEqual([])
      if (skipped === undefined) expect(tried).toBeGreaterThanOrEqual(row.short)
      else console.log(`skipped: ${row.name}: ${skipped}`)
    },
  )
})

describe('what was found once', () => {
  const place = join(import.meta.dirname, 'findings')
  const files = existsSync(place) ? readdirSync(place).filter((name) => name.endsWith('.bin')) : []

  it.each(formats.map((format) => [format.name, format] as const))('%s', async (_, format) => {
    const fuzzer = await format.prepare(mkdtempSync(join(folder, 'format-')))
    for (const bytes of fuzzer.good) await fuzzer.read(bytes)
    const own = files.filter((name) => name.startsWith(`${fileStem(format)}.`))
    for (const name of own)
      expect(['accepted', 'refused']).toContain(await judge(fuzzer, readFileSync(join(place, name))))
  })

  it('is of a format that is read', () => {
    const stems = formats.map(fileStem)
    for (const name of files) expect(stems).toContain(name.split('.')[0])
  })
})
