// The Studio as a static site in dist/studio, from where `lenslet studio` serves it; without MNIST, which the command has by
// itself. Does nothing when no input has changed since the last time. The site for other hosts, with MNIST, is made by
// `npm run build:studio`. Scripts and styles are compressed by Brotli, a tenth smaller in the tarball than by its gzip.

import { readFile, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { brotliCompress } from 'node:zlib'
import { filesUnder, hashOf, root } from './files.ts'

const site = join(root, 'dist/studio')

/** Brings dist/studio up to date, of a dist/ that is; true when it had to be rebuilt. */
export async function buildStudio(): Promise<boolean> {
  const sources = (await filesUnder(join(root, 'studio'))).filter((file) => !file.endsWith('.test.ts'))
  const others = ['dist/.stamp', 'package-lock.json', 'scripts/build-studio.ts'].map((file) => join(root, file))
  const stamp = await hashOf([...sources, ...others])
  const isCurrent = async () => stamp === (await readFile(join(site, '.stamp'), 'utf8').catch(() => ''))
  if (await isCurrent()) return false
  // Loaded only here: it takes longer than finding that nothing changed.
  const { build } = await import('vite')
  const part = join(root, `dist-studio.${process.pid}.part`)
  const former = join(root, `dist-studio.${process.pid}.former`)
  try {
    const outDir = { build: { outDir: part } }
    const settings = { configFile: join(root, 'studio/vite.config.ts'), mode: 'package', logLevel: 'error' } as const
    await inProduction(() => build({ ...settings, ...outDir }))
    for (const file of await filesUnder(part)) if (/\.(?:js|css)$/.test(file)) await compress(file)
    await writeFile(join(part, '.stamp'), stamp)
    // Another build may have been quicker.
    if (await isCurrent()) return true
    await rename(site, former).catch((error) => {
      if (error.code !== 'ENOENT') throw error
    })
    await rename(part, site).catch(async (error) => {
      if (!(await isCurrent())) throw error
    })
  } finally {
    await rm(part, { recursive: true, force: true })
    await rm(former, { recursive: true, force: true })
  }
  return true
}

/** Puts `FILE.br` in the place of a file. */
async function compress(file: string): Promise<void> {
  await writeFile(`${file}.br`, await promisify(brotliCompress)(await readFile(file)))
  await rm(file)
}

/** A test runner's NODE_ENV would make a site for developers: without its service worker, and with Svelte's checks. */
async function inProduction(run: () => Promise<unknown>): Promise<void> {
  const { NODE_ENV } = process.env
  process.env.NODE_ENV = 'production'
  try {
    await run()
  } finally {
    if (NODE_ENV === undefined) delete process.env.NODE_ENV
    else process.env.NODE_ENV = NODE_ENV
  }
}
