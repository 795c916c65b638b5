// `npm run docs`: the documentation site, from docs/*.md and the API reference, into docs/.vitepress/dist. `npm run docs -- dev`
// serves it and follows changes. VitePress is installed into docs/node_modules on the first run.

import { spawnSync } from 'node:child_process'
import { existsSync, statSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join, relative } from 'node:path'
import { writeReference } from './api-reference.ts'
import { build } from './build.ts'
import { filesUnder, root } from './files.ts'

const docs = join(root, 'docs')

/** Installs VitePress as locked where it is missing or older than the lock. Throws where npm fails. */
function installSite(): void {
  const installed = join(docs, 'node_modules/.package-lock.json')
  if (existsSync(installed) && statSync(installed).mtimeMs >= statSync(join(docs, 'package-lock.json')).mtimeMs) return
  console.error('installing VitePress into docs/node_modules (once; some 100 MB)')
  // Without install scripts: esbuild's binary is in a package of its own.
  const { status } = spawnSync('npm', ['ci', '--ignore-scripts', '--no-audit', '--no-fund'], {
    cwd: docs,
    stdio: ['ignore', 'inherit', 'inherit'],
    shell: process.platform === 'win32',
  })
  if (status !== 0) throw new Error('VitePress could not be installed: npm reports why above')
}

/** What a page would fetch from another host: scripts, styles, pictures, fonts. Links that a reader follows are none. */
async function foreignRequests(folder: string): Promise<string[]> {
  const found: string[] = []
  for (const file of (await filesUnder(folder)).filter((name) => /\.(html|css)$/.test(name))) {
    const text = await readFile(file, 'utf8')
    const requests = file.endsWith('.css')
      ? /(?:url\(\s*["']?|@import\s+["'])((?:https?:)?\/\/[^"')]+)/g
      : /<(?:script|img|link|iframe|source|video)\b[^>]*?\s(?:src|srcset|href)="((?:https?:)?\/\/[^"]+)"/g
    for (const [, address = ''] of text.matchAll(requests)) found.push(`${relative(folder, file)}: ${address}`)
  }
  return found
}

installSite()
await build()
await writeReference()
const [command = 'build', ...options] = process.argv.slice(2)
const script = join(docs, 'node_modules/vitepress/bin/vitepress.js')
const { status } = spawnSync(process.execPath, [script, command, docs, ...options], { stdio: 'inherit' })
process.exitCode = status ?? 1
if (status === 0 && command === 'build') {
  const requests = await foreignRequests(join(docs, '.vitepress/dist'))
  if (requests.length > 0) throw new Error(`the site asks other hosts:\n${requests.join('\n')}`)
  console.log('docs/.vitepress/dist is the site; it asks no other host')
}
