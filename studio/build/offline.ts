/** Adds the service worker to the built site: with the list of the site's files, and a version that changes with any of them. */

import { createHash } from 'node:crypto'
import { readdir, readFile, writeFile } from 'node:fs/promises'
import { join, relative, sep } from 'node:path'
import { fileURLToPath } from 'node:url'
import { rolldown } from 'rolldown'
import type { Plugin } from 'vite'

const source = fileURLToPath(new URL('../offline/service.ts', import.meta.url))

export function offline(): Plugin {
  return {
    name: 'offline',
    apply: 'build',
    // Behind everything that writes files.
    enforce: 'post',
    async writeBundle({ dir }) {
      if (dir === undefined) throw new Error('the site has a folder')
      const paths = await filesOf(dir)
      const hash = createHash('sha256')
      for (const path of paths) hash.update(`${path}\0`).update(await readFile(join(dir, path)))
      const version = hash.digest('hex').slice(0, 16)
      await writeFile(join(dir, 'sw.js'), await compiled(version, paths))
    },
  }
}

/** Data is kept when it is first asked for: nobody should wait for digits in order to be offline. */
async function filesOf(folder: string): Promise<readonly string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true })
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)).replaceAll(sep, '/'))
    .filter((path) => path !== 'sw.js' && !path.startsWith('data/') && !path.startsWith('.'))
    .sort()
}

async function compiled(version: string, files: readonly string[]): Promise<string> {
  const bundle = await rolldown({
    input: source,
    transform: { define: { VERSION: JSON.stringify(version), FILES: JSON.stringify(files) } },
  })
  try {
    const { output } = await bundle.generate({ format: 'iife', minify: true })
    return output[0].code
  } finally {
    await bundle.close()
  }
}
