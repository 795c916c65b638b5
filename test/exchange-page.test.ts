// What a page loads of lenslet/exchange: the formats that it uses, when it uses them.

import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { type OutputChunk, rolldown } from 'rolldown'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { root } from '../scripts/files.ts'

let place = ''
beforeAll(async () => {
  place = await mkdtemp(join(tmpdir(), 'lenslet-page-'))
})
afterAll(() => rm(place, { recursive: true }))

interface Loaded {
  /** Sources in src/exchange, and bytes by gzip, that the page loads at once. */
  readonly first: readonly string[]
  readonly bytes: number
  /** All sources that it may load later. */
  readonly later: readonly string[]
}

/** Bundles a page that runs this text, from the sources. */
async function page(text: string): Promise<Loaded> {
  const entry = join(place, 'page.js')
  await writeFile(entry, text)
  await using bundle = await rolldown({
    input: entry,
    platform: 'browser',
    resolve: {
      alias: {
        'lenslet/exchange': join(root, 'src/exchange/index.ts'),
        lenslet: join(root, 'src/index.ts'),
        '#platform': join(root, 'src/platform/browser.ts'),
        '#kernels': join(root, 'src/backends/wasm/gen/pageKernels.gen.ts'),
        '#decode': join(root, 'src/data/decode.browser.ts'),
      },
      conditionNames: ['browser', 'import'],
      modules: [join(root, 'node_modules')],
    },
  })
  const { output } = await bundle.generate({ format: 'esm', minify: true })
  const chunks = output.filter((part): part is OutputChunk => part.type === 'chunk')
  const byName = new Map(chunks.map((chunk) => [chunk.fileName, chunk]))
  const start = chunks.find(({ isEntry }) => isEntry) as OutputChunk
  const atOnce = closure(start, byName, ({ imports }) => imports)
  const ever = closure(start, byName, ({ imports, dynamicImports }) => [...imports, ...dynamicImports])
  return {
    first: atOnce.flatMap(sources),
    bytes: atOnce.reduce((sum, { code }) => sum + gzipSync(code).length, 0),
    later: ever.filter((chunk) => !atOnce.includes(chunk)).flatMap(sources),
  }
}

function closure(start: OutputChunk, all: ReadonlyMap<string, OutputChunk>, next: (chunk: OutputChunk) => string[]) {
  const found = new Set([start])
  for (const chunk of found) for (const name of next(chunk)) found.add(all.get(name) as OutputChunk)
  return [...found]
}

const sources = ({ modules }: OutputChunk) =>
  Object.entries(modules)
    .filter(([id, { renderedLength }]) => renderedLength > 0 && id.includes('/src/exchange/'))
    .map(([id]) => id.slice(id.indexOf('/src/exchange/') + '/src/exchange/'.length))

const formats = ['caffe/', 'keras/', 'tfjs/', 'hdf5/', 'pytorch/', 'numpy/', 'safetensors/', 'lenslet/', 'hub/']

describe('a page', () => {
  it('that imports lenslet loads nothing of exchange, now or later', async () => {
    const { first, later } = await page("import { Model } from 'lenslet'; console.log(Model)")
    expect([...first, ...later]).toEqual([])
  })

  it('that imports importOnnx loads nothing of other formats, and the reader when it is called', async () => {
    const { first, later, bytes } = await page("import { importOnnx } from 'lenslet/exchange'; console.log(importOnnx)")
    expect(first.filter((path) => formats.some((folder) => path.startsWith(folder)))).toEqual([])
    expect(later.filter((path) => formats.some((folder) => path.startsWith(folder)))).toEqual([])
    expect(first.some((path) => path.startsWith('onnx/import/'))).toBe(false)
    expect(later.some((path) => path.startsWith('onnx/import/'))).toBe(true)
    expect([...first, ...later]).not.toContain('onnx/export/export.ts')
    expect(bytes).toBeLessThan(5_000)
  })

  it('that imports readModel loads the reader of a format when it meets such a file', async () => {
    const { first } = await page("import { readModel } from 'lenslet/exchange'; console.log(readModel)")
    const rows = first.filter((path) => formats.some((folder) => path.startsWith(folder)) || path.startsWith('onnx/'))
    expect(rows.filter((path) => !path.endsWith('/format.ts'))).toEqual([])
  })
})
