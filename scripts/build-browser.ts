// For pages that have neither a bundler nor an import map: an entry of the built package with everything that it imports,
// in one file. One has the whole front door, the other what a page needs that only predicts. Beside them are the parts
// that few pages need; those two import a part when something asks for it.

import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type OutputChunk, type Plugin, rolldown } from 'rolldown'
import { licenseBanner } from './licenses.ts'
import { handOver } from './page-loop.ts'
import { withoutBackward, withoutPytorch, withoutReferences } from './page-plugins.ts'

interface PageFile {
  /** In the compiled package. */
  readonly entry: string
  /** Modules in whose place others come. */
  readonly instead?: Readonly<Record<string, string>>
  readonly plugins?: readonly Plugin[]
  /** The file for what the entry imports dynamically. */
  readonly later?: string
}

/** Parts: they import nothing, so that they may be served from anywhere and share no state. */
const parts: Readonly<Record<string, PageFile>> = {
  'lenslet.training.js': { entry: 'backends/wasm/gen/trainingKernels.gen.js' },
  'lenslet.rare.js': { entry: 'backends/wasm/gen/rareKernels.gen.js' },
  'lenslet.reference.js': { entry: 'backends/reference/references.js' },
  'lenslet.images.js': { entry: 'data/resample.js' },
}

/** What a page never does: choose kernels by a fine clock or by flags of its engine. */
const inPages = {
  'backends/wasm/short.js': 'backends/wasm/untimed.js',
  'backends/wasm/wide.js': 'backends/wasm/untimed.js',
}

const withoutRates = { 'plan/rates.js': 'plan/withoutRates.js' }

const doors: Readonly<Record<string, PageFile>> = {
  'lenslet.browser.js': {
    entry: 'index.js',
    instead: {
      ...inPages,
      ...withoutRates,
      'plan/recompute/choose.js': 'plan/recompute/withoutRecomputation.js',
    },
    plugins: [withoutReferences(), withoutPytorch()],
    later: 'lenslet.loop.js',
  },
  'lenslet.predict.js': {
    entry: 'predict.js',
    instead: {
      ...inPages,
      ...withoutRates,
      'plan/composeGoal.js': 'plan/scoresOnly.js',
      'plan/recompute/choose.js': 'plan/recompute/never.js',
    },
    plugins: [withoutReferences(), withoutPytorch(), withoutBackward()],
  },
}

/** Makes the files for pages in a folder that has the compiled package. */
export async function bundleForPages(folder: string): Promise<void> {
  for (const [name, file] of Object.entries(parts)) await bundleFile(folder, name, file)
  for (const [name, file] of Object.entries(doors)) await bundleFile(folder, name, file)
}

async function bundleFile(
  folder: string,
  fileName: string,
  { entry, instead = {}, plugins = [], later }: PageFile,
): Promise<void> {
  const bundle = await rolldown({
    input: join(folder, entry),
    platform: 'browser',
    preserveEntrySignatures: 'allow-extension',
    // The manifest's `imports` name the finished dist, which this folder is not yet.
    resolve: {
      alias: {
        '#platform': join(folder, 'platform/browser.js'),
        '#kernels': join(folder, 'backends/wasm/gen/pageKernels.gen.js'),
        '#decode': join(folder, 'data/decode.browser.js'),
      },
    },
    plugins: [partsApart(folder, instead), ...plugins],
    // How long plugins take says how busy the machine is, and nothing about the build.
    checks: { pluginTimings: false },
    onLog(level, log, handle) {
      handle(level === 'warn' ? 'error' : level, log)
    },
  })
  const write = async (name: string, { modules }: OutputChunk, code: string) =>
    writeFile(join(folder, name), (await licenseBanner(Object.keys(modules))) + quoted(code))
  try {
    const { output } = await bundle.generate({ ...style, codeSplitting: false, entryFileNames: fileName })
    const [whole, ...others] = output
    const isDoor = fileName in doors
    const isPart = (path: string) => isDoor && (path === fileName || path.slice('./'.length) in parts)
    const imports = [...whole.imports, ...whole.dynamicImports.filter((path) => !isPart(path))]
    if (others.length > 0 || imports.length > 0) {
      throw new Error(`${fileName} would not stand alone: ${[...imports, ...others.map((part) => part.fileName)]}`)
    }
    if (later === undefined) return await write(fileName, whole, isDoor ? kernelsFirst(whole.code) : whole.code)

    const split = { ...style, entryFileNames: fileName, chunkFileNames: later }
    const [first, second, ...more] = (await bundle.generate(split)).output
    if (second?.type !== 'chunk' || more.length > 0) throw new Error(`${fileName} should have one part: ${later}.`)
    const made = handOver(first, second, whole.exports)
    await write(fileName, first, kernelsFirst(made.first))
    await write(later, second, made.later)
  } finally {
    await bundle.close()
  }
}

const names = { function: false, class: true }
const style = {
  format: 'esm',
  // Annotations are for bundlers, which have taken the modules apart already.
  comments: { legal: true, annotation: false, jsdoc: false },
  // Errors are told apart by their class's name.
  minify: { mangle: { keepNames: names }, compress: { keepNames: names } },
} as const

/** The minifier writes addresses as templates, which not every bundler and scanner takes for texts. */
const quoted = (code: string) => code.replace(/\bimport\(`([^`$]*)`\)/g, "import('$1')")

/**
 * Moves the kernels to the start: gzip has one table for some 16,000 characters, and base64 in the middle of code spoils
 * two of them, and what code repeats is further away: 1,300 bytes.
 */
function kernelsFirst(code: string): string {
  const [literal] = /(["'`])[\w+/=]{2000,}\1/.exec(code) ?? []
  if (literal === undefined || code.split(literal).length !== 2) throw new Error('one text with kernels is expected.')
  return `const lensletKernels=${literal};${code.replace(literal, () => 'lensletKernels')}`
}

/** Leaves imports of parts to the page, and puts modules in the place of others. */
function partsApart(folder: string, instead: Readonly<Record<string, string>>): Plugin {
  const partOf = new Map(Object.entries(parts).map(([name, { entry }]) => [join(folder, entry), name]))
  const others = new Map(Object.entries(instead).map(([from, to]) => [join(folder, from), join(folder, to)]))
  return {
    name: 'lenslet: parts',
    async resolveId(source, importer, { kind }) {
      if (importer === undefined || !source.startsWith('.')) return null
      const found = await this.resolve(source, importer, { skipSelf: true })
      const part = kind === 'dynamic-import' ? partOf.get(found?.id ?? '') : undefined
      if (part !== undefined) return { id: `./${part}`, external: 'absolute' }
      return others.get(found?.id ?? '') ?? found
    },
  }
}
