// One file for pages that have neither a bundler nor an import map: the built package with everything that it imports.

import { existsSync } from 'node:fs'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { rolldown } from 'rolldown'
import { root } from './files.ts'

const fileName = 'lenslet.browser.js'

/** Makes `lenslet.browser.js` in a folder that has the compiled package. */
export async function bundleForPages(folder: string): Promise<void> {
  const bundle = await rolldown({
    input: join(folder, 'index.js'),
    platform: 'browser',
    // The manifest's `imports` name the finished dist, which this folder is not yet.
    resolve: { alias: { '#platform': join(folder, 'platform/browser.js') } },
    onLog(level, log, handle) {
      handle(level === 'warn' ? 'error' : level, log)
    },
  })
  try {
    const { output } = await bundle.generate({
      format: 'esm',
      codeSplitting: false,
      // Errors are told apart by their class's name.
      minify: { mangle: { keepNames: { function: false, class: true } }, compress: { keepNames: names } },
    })
    const [chunk, ...others] = output
    const imports = [...chunk.imports, ...chunk.dynamicImports]
    if (others.length > 0 || imports.length > 0) {
      throw new Error(`${fileName} would not stand alone: ${[...imports, ...others.map((part) => part.fileName)]}`)
    }
    const banner = `/*!\n${(await licenses(Object.keys(chunk.modules))).join('\n\n---\n\n')}\n*/\n`
    await writeFile(join(folder, fileName), banner + chunk.code)
  } finally {
    await bundle.close()
  }
}

const names = { function: false, class: true }

/** What the licences of the packages inside ask to be told, one text a package, ours first. */
async function licenses(modules: readonly string[]): Promise<string[]> {
  const packages = new Set<string>()
  for (const path of modules) {
    const [, name] = /[\\/]node_modules[\\/]((?:@[^\\/]+[\\/])?[^\\/]+)[\\/](?!.*node_modules)/.exec(path) ?? []
    if (name !== undefined) packages.add(name)
  }
  const own = await manifestOf(root)
  const texts = [`${own.name} ${own.version}, ${own.license}`]
  for (const name of [...packages].sort()) {
    const folder = join(root, 'node_modules', name)
    const { version } = await manifestOf(folder)
    const file = ['LICENSE', 'LICENSE.md', 'license'].map((part) => join(folder, part)).find(existsSync)
    if (file === undefined) throw new Error(`${name} ${version} is part of ${fileName}, but has no licence file.`)
    texts.push(`${name} ${version}\n\n${(await readFile(file, 'utf8')).trim().replaceAll('*/', '* /')}`)
  }
  return texts
}

async function manifestOf(folder: string): Promise<{ name: string; version: string; license: string }> {
  return JSON.parse(await readFile(join(folder, 'package.json'), 'utf8'))
}
