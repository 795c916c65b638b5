// Builds the package: kernels, the exports of package.json, then dist/ from the sources, with few files for Node and one
// for pages, the Studio in dist/studio, then the command line's link in node_modules/.bin.
// Does nothing when no input has changed since the last time.

import { spawnSync } from 'node:child_process'
import { chmod, mkdir, readFile, rename, rm, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { buildKernels } from './build-kernels.ts'
import { writeExports } from './exports.ts'
import { filesUnder, hashOf, root, runAsMain } from './files.ts'

const dist = join(root, 'dist')

/** Brings dist/ up to date; true when it had to be rebuilt. */
export async function build(): Promise<boolean> {
  await buildKernels()
  await writeExports()
  const sources = (await filesUnder(join(root, 'src'))).filter((file) => /(?<!\.as|\.test)\.ts$/.test(file))
  const scripts = ['build', 'build-browser', 'build-node', 'build-prune', 'licenses', 'page-loop', 'page-plugins'].map(
    (name) => `scripts/${name}.ts`,
  )
  // The lock decides which packages' code goes into the files for Node and for pages.
  const settings = ['package.json', 'package-lock.json', 'tsconfig.json', 'tsconfig.build.json', ...scripts]
  const stamp = await hashOf([...sources, ...settings.map((file) => join(root, file))])
  const isCurrent = async () => stamp === (await readFile(join(dist, '.stamp'), 'utf8').catch(() => ''))
  const changed = !(await isCurrent())
  if (changed) {
    const part = `${dist}.${process.pid}.part`
    const former = `${dist}.${process.pid}.former`
    try {
      await compile(part)
      // Loaded only here: the bundler's native part takes longer than finding that nothing changed.
      const { bundleForPages } = await import('./build-browser.ts')
      const { bundleForNode } = await import('./build-node.ts')
      const { prune } = await import('./build-prune.ts')
      await bundleForPages(part)
      await bundleForNode(part)
      await prune(part)
      await writeFile(join(part, '.stamp'), stamp)
      // Another build of the same sources may have been quicker, and its dist may be in use by now.
      if (!(await isCurrent())) {
        await moveInto(part, former).catch(async (error) => {
          if (!(await isCurrent())) throw error
        })
      }
    } finally {
      await rm(part, { recursive: true, force: true })
      await rm(former, { recursive: true, force: true })
    }
  }
  const { buildStudio } = await import('./build-studio.ts')
  const rebuilt = await buildStudio()
  await linkCommand()
  return changed || rebuilt
}

/** Makes a folder dist/; the one before it goes away whole, so that nobody finds half of either. */
async function moveInto(folder: string, former: string): Promise<void> {
  await rename(dist, former).catch((error) => {
    if (error.code !== 'ENOENT') throw error
  })
  await rename(folder, dist)
}

/** The TypeScript compiler's output, with the worker addresses it leaves alone rewritten like its imports. */
async function compile(folder: string): Promise<void> {
  const compiler = join(root, 'node_modules/typescript/bin/tsc')
  const { status } = spawnSync(
    process.execPath,
    [compiler, '-p', join(root, 'tsconfig.build.json'), '--outDir', folder],
    { stdio: 'inherit' },
  )
  if (status !== 0) throw new Error('dist was not built: the compiler reports the errors above.')
  for (const file of await filesUnder(folder)) {
    const text = await readFile(file, 'utf8')
    const rewritten = file.endsWith('.d.ts')
      ? text.replace(/((?:from|import|import\()\s*['"]\.{1,2}\/[^'"]*)\.ts(?=['"])/g, '$1.js')
      : text.replace(/(new URL\(\s*['"]\.{1,2}\/[^'"]*)\.ts(?=['"],\s*import\.meta\.url\))/g, '$1.js')
    if (rewritten !== text) await writeFile(file, rewritten)
  }
}

/** `npx lenslet` in this repository runs what was built here. */
async function linkCommand(): Promise<void> {
  const main = join(dist, 'node/cli.js')
  const exists = await chmod(main, 0o755).then(
    () => true,
    () => false,
  )
  if (!exists) return
  const link = join(root, 'node_modules/.bin/lenslet')
  await mkdir(join(root, 'node_modules/.bin'), { recursive: true })
  await symlink('../../dist/node/cli.js', `${link}.${process.pid}`)
  await rename(`${link}.${process.pid}`, link)
}

if (runAsMain(import.meta.url)) {
  const started = performance.now()
  const built = await build()
  console.log(built ? `dist: built in ${Math.round(performance.now() - started)} ms` : 'dist: unchanged')
}
