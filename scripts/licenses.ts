// What the licences of packages whose code is put into a file of ours ask to be told.

import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { root } from './files.ts'

/** A comment for the top of a file made of these modules: our own licence in a line, the others in full. */
export async function licenseBanner(modules: readonly string[]): Promise<string> {
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
    if (file === undefined) throw new Error(`${name} ${version} would be part of the package, but has no licence file.`)
    texts.push(`${name} ${version}\n\n${(await readFile(file, 'utf8')).trim().replaceAll('*/', '* /')}`)
  }
  return `/*!\n${texts.join('\n\n---\n\n')}\n*/\n`
}

async function manifestOf(folder: string): Promise<{ name: string; version: string; license: string }> {
  return JSON.parse(await readFile(join(folder, 'package.json'), 'utf8'))
}
