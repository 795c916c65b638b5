/** What the README shows is run: its library example as it stands (on few digits). docs.test.ts checks the rest of it. */

import { execFile } from 'node:child_process'
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { describe, expect, it } from 'vitest'
import { root } from '../scripts/files.ts'
import { parse } from '../src/notation/parse.ts'
import { plan } from '../src/plan/plan.ts'

const run = promisify(execFile)
const page = await readFile(join(root, 'README.md'), 'utf8')
const source = ['--conditions=lenslet-source']

describe('README', () => {
  it('its library example trains, and saves a model', async () => {
    const [, code = ''] = /```ts\n([\s\S]*?)```/.exec(page) ?? []
    expect(code).toContain("from 'lenslet'")
    const folder = await mkdtemp(join(tmpdir(), 'lenslet-readme-'))
    try {
      const linked = code
        .replace("from 'lenslet'", `from '${join(root, 'src/index.ts')}'`)
        .replace("from 'lenslet/data/node'", `from '${join(root, 'test/fixtures/few-digits.ts')}'`)
      await writeFile(join(folder, 'example.ts'), linked)
      const { stdout } = await run(process.execPath, [...source, 'example.ts'], { cwd: folder })
      const [bytes, ...epochs] = stdout.trim().split('\n')
      const [, text = ''] = /parse\('([^']+)'\)/.exec(code) ?? []
      expect(Number(bytes)).toBe(plan(parse(text), { batch: 32, mode: 'training', optimizer: 'adam' }).arenaBytes)
      expect(epochs.map((line) => Number(line.split(' ')[0]))).toEqual([1, 2, 3])
      expect(Number(epochs[2]?.split(' ')[1])).toBeGreaterThan(0.5)
      expect((await stat(join(folder, 'digits.lenslet'))).size).toBeGreaterThan(100_000)
    } finally {
      await rm(folder, { recursive: true })
    }
  })

  it('shows networks that parse', () => {
    for (const [text] of page.matchAll(/INPUT [^'"`\n]+/g)) expect(parse(text).nodes.length).toBeGreaterThan(2)
  })
})
