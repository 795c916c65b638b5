// Holds the sources to the table of folders, to loading without cycles, and to a library part that a page can load.

import { readFileSync } from 'node:fs'
import { join, relative, sep } from 'node:path'
import { describe, expect, it } from 'vitest'
import { filesUnder, root } from '../scripts/files.ts'
import { browserFaults, forbiddenImports, importCycles, importsOf } from './import-rules.ts'

const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
  exports: Record<string, string | { 'lenslet-source': string }>
}
const subpaths = Object.keys(manifest.exports)

async function sourceFiles(): Promise<Map<string, string>> {
  const found = [...(await filesUnder(join(root, 'src'))), ...(await filesUnder(join(root, 'studio')))]
  const ours = found.filter((file) => file.endsWith('.ts') && !file.includes(`${sep}node_modules${sep}`))
  return new Map(ours.map((file) => [relative(root, file).replaceAll(sep, '/'), readFileSync(file, 'utf8')]))
}

const tree = (files: Record<string, string>) => new Map(Object.entries(files))

describe('the sources', async () => {
  const files = await sourceFiles()

  it('are found', () => {
    expect(files.size).toBeGreaterThan(3)
    expect([...files].flatMap(([path, text]) => importsOf(path, text)).length).toBeGreaterThan(3)
  })

  it('import only what the table of folders allows', () => {
    expect(forbiddenImports(files, subpaths)).toEqual([])
  })

  it('load without import cycles', () => {
    expect(importCycles(files).map((cycle) => cycle.join(' -> '))).toEqual([])
  })

  it('give pages a library without Node modules or native packages', () => {
    const forPages = Object.entries(manifest.exports).filter(([subpath]) => !subpath.endsWith('/node'))
    const entries = forPages.flatMap(([, target]) =>
      typeof target === 'string' ? [] : [target['lenslet-source'].slice('./'.length)],
    )
    expect(browserFaults(files, entries)).toEqual([])
  })
})

describe('the import table refuses', () => {
  const cases: [what: string, files: Record<string, string>, fault: RegExp][] = [
    [
      'an earlier folder importing a later one',
      { 'src/ops/a.ts': "import { plan } from '../plan/index.ts'" },
      /plan stands after ops/,
    ],
    [
      'the same for types only',
      { 'src/core/a.ts': "import type { Op } from '../ops/types.ts'" },
      /ops stands after core/,
    ],
    [
      'the same in a type expression',
      { 'src/core/a.ts': "export type O = import('../ops/types.ts').Op" },
      /ops stands after core/,
    ],
    [
      'the same in a dynamic import',
      { 'src/data/a.ts': "export const load = () => import('../cli/main.ts')" },
      /cli stands after data/,
    ],
    [
      'the same in a re-export',
      { 'src/network/a.ts': "export * from '../notation/index.ts'" },
      /notation stands after network/,
    ],
    ['the platform from core', { 'src/core/a.ts': "import { now } from '#platform'" }, /platform stands after core/],
    ['a folder nobody knows', { 'src/utils/a.ts': "import { b } from './b.ts'" }, /utils is not in the table/],
    ['importing a folder nobody knows', { 'src/cli/a.ts': "import { b } from '../utils/b.ts'" }, /utils is not in/],
    ['the front door from inside', { 'src/cli/a.ts': "import { parse } from '../index.ts'" }, /front door/],
    ['the package by its own name', { 'src/cli/a.ts': "import { parse } from 'lenslet'" }, /by path/],
    ['leaving src', { 'src/cli/a.ts': "import { x } from '../../test/x.ts'" }, /outside src/],
    ['importing a test', { 'src/cli/a.ts': "import { x } from './x.test.ts'" }, /no part of the package/],
    [
      'TypeScript importing AssemblyScript',
      { 'src/ops/a.ts': "import { relu } from './kernel.as.ts'" },
      /only AssemblyScript may/,
    ],
    [
      'AssemblyScript importing TypeScript',
      { 'src/ops/r/kernel.as.ts': "import { x } from './op.ts'" },
      /within src\/ops/,
    ],
    [
      'the Studio reaching into src',
      { 'studio/a.ts': "import { x } from '../src/index.ts'" },
      /only public subpaths of lenslet/,
    ],
    [
      'the Studio using a subpath that is not public',
      { 'studio/a.ts': "import { x } from 'lenslet/backends/wasm'" },
      /not in the exports/,
    ],
  ]
  it.each(cases)('%s', (_, files, fault) => {
    const faults = forbiddenImports(tree(files), ['.', './plan'])
    expect(faults).toHaveLength(1)
    expect(faults[0]).toMatch(fault)
  })

  it('nothing that follows the order', () => {
    const files = tree({
      'src/index.ts': "export { parse } from './notation/index.ts'",
      'src/plan/a.ts': "import { b } from './b.ts'\nimport { c } from '../core/c.ts'\nimport * as z from 'zod'",
      'src/plan/a.test.ts': "import { run } from '../backends/index.ts'",
      'src/ops/r/kernel.as.ts': "import {\n  tile\n} from '../kernel/tile.as.ts'\n@inline\nfunction f(): void {}",
      'studio/main.ts': "import { plan } from 'lenslet/plan'\nimport { view } from './view.ts'",
    })
    expect(forbiddenImports(files, ['.', './plan'])).toEqual([])
  })
})

describe('the search for cycles', () => {
  it('finds a ring of two files and a ring of three through a re-export', () => {
    expect(
      importCycles(tree({ 'src/a.ts': "import { b } from './b.ts'", 'src/b.ts': "import { a } from './a.ts'" })),
    ).toEqual([['src/a.ts', 'src/b.ts', 'src/a.ts']])
    const three = tree({
      'src/x/start.ts': "import { b } from './b.ts'",
      'src/x/b.ts': "export { c } from './c.ts'",
      'src/x/c.ts': "import './d.ts'",
      'src/x/d.ts': "import { type T } from './b.ts'",
    })
    expect(importCycles(three)).toEqual([['src/x/b.ts', 'src/x/c.ts', 'src/x/d.ts', 'src/x/b.ts']])
  })

  it('lets imports of types alone go round, and imports that run later', () => {
    const files = tree({
      'src/a.ts': "import type { B } from './b.ts'\nexport type { D } from './b.ts'",
      'src/b.ts': "import { a } from './a.ts'",
      'src/c.ts': "export const later = () => import('./d.ts')",
      'src/d.ts': "import { later } from './c.ts'",
    })
    expect(importCycles(files)).toEqual([])
  })
})

describe('the search for what a page cannot load', () => {
  it('follows static imports through the browser platform only', () => {
    const files = tree({
      'src/index.ts': "export * from './data/index.ts'",
      'src/data/index.ts': "import { read } from '#platform'\nimport { z } from 'zod/mini'\nimport sharp from 'sharp'",
      'src/platform/browser.ts': 'export const read = fetch',
      'src/platform/node.ts': "import { readFile } from 'node:fs/promises'",
      'src/cli/main.ts': "import { Command } from 'commander'",
    })
    expect(browserFaults(files, ['src/index.ts'])).toEqual(['src/data/index.ts imports sharp'])
  })
})
