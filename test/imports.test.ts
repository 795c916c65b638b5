// Holds the sources to the order of folders, to imports without circles, and to a library part that a page can load.

import { readFileSync } from 'node:fs'
import { join, relative, sep } from 'node:path'
import { describe, expect, it } from 'vitest'
import { filesUnder, root } from '../scripts/files.ts'
import { importCircles } from './import-circles.ts'
import { importsOf } from './import-edges.ts'
import { browserFaults, doorImports, forbiddenImports } from './import-rules.ts'

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

  it('import each other without circles, types included', () => {
    expect(importCircles(files).map((circle) => circle.join(' -> '))).toEqual([])
  })

  it('import no doors', () => {
    expect(doorImports(files)).toEqual([])
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
      'drawing with a model',
      { 'src/inspect/a.ts': "import { Model } from '../model/model.ts'" },
      /inspect may import only types of model/,
    ],
    [
      'drawing what a run finds',
      { 'src/inspect/report/a.ts': "import { topPredictions } from '../../insight/predictions.ts'" },
      /inspect may import only types of insight/,
    ],
    [
      'drawing with data loaded later',
      { 'src/inspect/a.ts': "export const load = () => import('../data/batches.ts')" },
      /inspect may import only types of data/,
    ],
    [
      'a type by an import that stays when types are stripped',
      { 'src/inspect/a.ts': "import { type Evaluation } from '../train/evaluate.ts'" },
      /inspect may import only types of train, by `import type`/,
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
      'src/inspect/a.ts':
        "import type { Evaluation } from '../train/evaluate.ts'\nimport { plan } from '../plan/plan.ts'",
      'src/plan/a.test.ts': "import { run } from '../backends/index.ts'",
      'src/ops/r/kernel.as.ts': "import {\n  tile\n} from '../kernel/tile.as.ts'\n@inline\nfunction f(): void {}",
      'studio/main.ts': "import { plan } from 'lenslet/plan'\nimport { view } from './view.ts'",
    })
    expect(forbiddenImports(files, ['.', './plan'])).toEqual([])
  })
})

describe('the rule about doors', () => {
  it('refuses the door of another folder, of a nested one, of one’s own, and the one for Node', () => {
    const files = tree({
      'src/plan/a.ts': "import { sizeOf } from '../core/index.ts'",
      'src/plan/deep/b.ts': "export type { Volume } from '../../core/index.ts'",
      'src/plan/c.ts': "export type Op = import('../ops/add/index.ts').Op",
      'src/plan/d.ts': "import { cost } from './index.ts'",
      'src/cli/e.ts': "export const load = () => import('../data/node.ts')",
    })
    const advice = 'door; import the file that defines it'
    expect(doorImports(files)).toEqual([
      `src/plan/a.ts imports ../core/index.ts: another folder's ${advice}`,
      `src/plan/deep/b.ts imports ../../core/index.ts: another folder's ${advice}`,
      `src/plan/c.ts imports ../ops/add/index.ts: another folder's ${advice}`,
      `src/plan/d.ts imports ./index.ts: its own folder's ${advice}`,
      `src/cli/e.ts imports ../data/node.ts: another folder's ${advice}`,
    ])
  })

  it('lets doors lead to doors, and tests and scripts through them', () => {
    const files = tree({
      'src/index.ts': "export * from './data/index.ts'",
      'src/data/node.ts': "export * from './index.ts'",
      'src/backends/index.ts': "export { wasmBackend } from './wasm/index.ts'",
      'src/plan/a.ts': "import { sizeOf } from '../core/shapes.ts'\nimport { readFile } from './node.ts'",
      'src/plan/a.test.ts': "import { sizeOf } from '../core/index.ts'",
      'bench/main.ts': "import { plan } from '../src/plan/index.ts'",
    })
    expect(doorImports(files)).toEqual([])
  })
})

describe('the search for what a page cannot load', () => {
  it('follows static imports through the browser platform only', () => {
    const files = tree({
      'src/index.ts': "export * from './data/index.ts'",
      'src/data/index.ts':
        "import { read } from '#platform'\nimport { gunzipSync } from 'fflate/browser'\nimport sharp from 'sharp'",
      'src/platform/browser.ts': 'export const read = fetch',
      'src/platform/node.ts': "import { readFile } from 'node:fs/promises'",
      'src/cli/main.ts': "import { Command } from 'commander'",
    })
    expect(browserFaults(files, ['src/index.ts'])).toEqual(['src/data/index.ts imports sharp'])
  })
})
