// The `exports` of package.json, derived from the folders of src/: each public folder with an index.ts is a subpath, so a new
// folder needs no second list.

import { readFile } from 'node:fs/promises'
import { join, relative, sep } from 'node:path'
import { filesUnder, replaceFile, root, runAsMain } from './files.ts'
import { folderOrder, nodeDoors, privateFolders } from './folders.ts'

/** Targets by condition; Node and bundlers take the first condition that applies, so their order matters. */
type Targets = Readonly<Record<string, string>>
export type Exports = Readonly<Record<string, Targets | string>>

/**
 * The subpaths of a package with these source files, in the order of the folders.
 *
 * @param sources paths relative to src/, with `/` between folders
 * @throws {Error} a file in a folder that folders.ts does not list
 */
export function exportsOf(sources: Iterable<string>): Exports {
  const files = new Set(sources)
  const known: readonly string[] = folderOrder
  const stray = [...files].find((file) => file.includes('/') && !known.includes(file.slice(0, file.indexOf('/'))))
  if (stray !== undefined) {
    throw new Error(`src/${stray} is in no folder of scripts/folders.ts: add its folder where it belongs in the order.`)
  }
  const exports: Record<string, Targets | string> = {
    '.': subpath('index', 'index'),
    // One file for pages with neither a bundler nor an import map; made by build-browser.ts.
    './browser': {
      'lenslet-source': './src/index.ts',
      types: './dist/index.d.ts',
      default: './dist/lenslet.browser.js',
    },
  }
  // What predicts, without the trainer; and the same as one file.
  if (files.has('predict.ts')) {
    exports['./predict'] = subpath('predict', 'predict')
    exports['./predict/browser'] = {
      'lenslet-source': './src/predict.ts',
      types: './dist/predict.d.ts',
      default: './dist/lenslet.predict.js',
    }
  }
  for (const folder of folderOrder) {
    if (privateFolders.includes(folder)) continue
    if (files.has(`${folder}/index.ts`)) exports[`./${folder}`] = subpath(`${folder}/index`, folder)
    for (const door of nodeDoors) {
      if (door.startsWith(`${folder}/`) && files.has(`${door}.ts`)) exports[`./${door}`] = nodeSubpath(door)
    }
  }
  return { ...exports, './package.json': './package.json' }
}

/** A source file as the repository, the compiler, bundlers and Node find it; `bundle` is its file in dist/node. */
function subpath(file: string, bundle: string): Targets {
  return {
    'lenslet-source': `./src/${file}.ts`,
    types: `./dist/${file}.d.ts`,
    browser: `./dist/${file}.js`,
    node: `./dist/node/${bundle}.js`,
    default: `./dist/${file}.js`,
  }
}

/** The same without pages. */
function nodeSubpath(door: string): Targets {
  const { browser: _, ...targets } = subpath(door, door.replace('/', '-'))
  return targets
}

/** A manifest's text with other exports. Every byte outside their value stays; where they are equal, all do. */
export function withExports(manifest: string, exports: Exports): string {
  const parsed = JSON.parse(manifest) as { readonly exports?: unknown }
  // Compared as text: the order of subpaths and conditions counts.
  if (JSON.stringify(parsed.exports) === JSON.stringify(exports)) return manifest
  const [start, end] = objectOf(manifest, 'exports')
  const newline = manifest.includes('\r\n') ? '\r\n' : '\n'
  const indent = /^[\t ]+/m.exec(manifest)?.[0] ?? '  '
  const value = JSON.stringify(exports, null, indent).replaceAll('\n', `${newline}${indent}`)
  return manifest.slice(0, start) + value + manifest.slice(end)
}

/** Where the object under a top-level key of a JSON text begins and ends. */
function objectOf(text: string, key: string): [start: number, end: number] {
  let depth = 0
  let start: number | undefined
  for (const { 0: token, index } of text.matchAll(/"(?:[^"\\]|\\.)*"(?:\s*:\s*(?=\{))?|[{}]/g)) {
    if (token === '{') depth++
    else if (token === '}' && --depth === 1 && start !== undefined) return [start, index + 1]
    else if (depth === 1 && token.startsWith(`"${key}"`) && text[index + token.length] === '{')
      start = index + token.length
  }
  throw new Error(`package.json has no "${key}": expected a top-level "${key}": {}. Add it; the build fills it.`)
}

/** Exports of the sources as they are. */
export async function currentExports(): Promise<Exports> {
  const source = join(root, 'src')
  return exportsOf((await filesUnder(source)).map((file) => relative(source, file).replaceAll(sep, '/')))
}

/** Brings the exports in package.json up to date; true when they had to change. */
export async function writeExports(): Promise<boolean> {
  const file = join(root, 'package.json')
  const manifest = await readFile(file, 'utf8')
  const updated = withExports(manifest, await currentExports())
  if (updated !== manifest) await replaceFile(file, updated)
  return updated !== manifest
}

if (runAsMain(import.meta.url)) {
  console.log((await writeExports()) ? 'package.json: exports written' : 'package.json: unchanged')
}
