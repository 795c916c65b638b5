// What the compiler writes and nobody can reach: modules and declarations behind no export of the manifest. And comments,
// which the declarations have as well: a third of the tarball was these two.

import { readFile, rm, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { parseSync } from 'oxc-parser'
import { filesUnder, root } from './files.ts'

interface Manifest {
  readonly exports: Readonly<Record<string, unknown>>
  readonly imports: Readonly<Record<string, unknown>>
  readonly bin: Readonly<Record<string, string>>
}

/** Removes from a folder, which is to become dist/, the compiled files that no export or import of the manifest leads to. */
export async function prune(folder: string): Promise<void> {
  const { exports, imports, bin } = JSON.parse(await readFile(join(root, 'package.json'), 'utf8')) as Manifest
  const files = new Set(await filesUnder(folder))
  const reached = new Set<string>()
  const follow = async (file: string): Promise<void> => {
    if (reached.has(file) || !files.has(file)) return
    reached.add(file)
    // Whatever looks like a path beside the file: too many are kept rather than too few.
    const declares = file.endsWith('.d.ts')
    for (const [, path = ''] of (await readFile(file, 'utf8')).matchAll(/["'`](\.{1,2}\/[^"'`]+\.js)["'`]/g)) {
      const target = join(dirname(file), path)
      await follow(declares ? target.replace(/\.js$/, '.d.ts') : target)
    }
  }
  for (const path of [exports, imports, bin].flatMap(targets)) {
    await follow(join(folder, path))
    await follow(join(folder, path.replace(/\.js$/, '.d.ts')))
  }
  for (const file of files) if (!reached.has(file)) await rm(file)
  for (const file of reached)
    if (file.endsWith('.js')) await writeFile(file, withoutComments(await readFile(file, 'utf8')))
}

/** Paths within dist/ behind a manifest's conditions, those for the repository itself left out. */
function targets(entry: unknown): string[] {
  if (typeof entry === 'string') return /^(?:\.\/)?dist\//.test(entry) ? [entry.replace(/^(?:\.\/)?dist\//, '')] : []
  return Object.values(entry as object).flatMap(targets)
}

/** A module without comments, other than those that speak to bundlers or tell a licence. */
export function withoutComments(code: string): string {
  let text = code
  for (const { start, end, value } of parseSync('module.js', code).comments.toReversed()) {
    if (/^!|[@#]__|@vite-ignore|webpackIgnore/.test(value)) continue
    const [rest = ''] = /^[ \t]*(?:\n|$)/.exec(text.slice(end)) ?? []
    const endsLine = rest !== '' || end === text.length
    // A comment that fills its lines goes with them, one at a line's end with the space before it.
    const from = endsLine ? text.slice(0, start).replace(/[ \t]+$/, '').length : start
    const isAlone = endsLine && (from === 0 || text[from - 1] === '\n')
    text = text.slice(0, from) + text.slice(isAlone ? end + rest.length : end)
  }
  return text
}
