// The packed tarball: what is in it, and that Node and the compiler can use it through its public names alone.

import { execFileSync, spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { readFile, writeFile } from 'node:fs/promises'
import { delimiter, join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { root } from '../scripts/files.ts'
import { importsOf } from './import-rules.ts'
import { installPacked, type PackedPackage } from './packed.ts'

interface Manifest {
  readonly version: string
  readonly bin: { readonly lenslet: string }
  readonly scripts: Record<string, string>
  readonly imports: Record<string, unknown>
  readonly exports: Record<string, unknown>
}

const frontDoor = ['parse', 'print', 'plan', 'Model', 'train', 'zoo']

let packed: PackedPackage
let manifest: Manifest
beforeAll(async () => {
  packed = await installPacked()
  manifest = JSON.parse(await readFile(join(packed.folder, 'node_modules/lenslet/package.json'), 'utf8'))
}, 60_000)
afterAll(() => packed?.remove())

/** Paths behind a manifest's conditions; those for the repository itself (`lenslet-source`) left out. */
function targets(entry: unknown): string[] {
  if (typeof entry === 'string') return [entry.replace(/^\.\//, '')]
  return Object.entries(entry as object).flatMap(([name, value]) => (name === 'lenslet-source' ? [] : targets(value)))
}

describe('the tarball', () => {
  it('has the built package, its licence, and nothing else of the repository', () => {
    const others = packed.files.filter((file) => !file.startsWith('dist/'))
    expect(others.toSorted()).toEqual(['LICENSE', 'README.md', 'package.json'])
    expect(packed.files.filter((file) => /\.test\.|\/testing\/|\/\.|(?<!\.d)\.ts$/.test(file))).toEqual([])
  })

  it('stays small', () => {
    expect(packed.bytes).toBeLessThan(1_000_000)
  })

  it('has one file for pages that imports nothing and names the licences of what is in it', async () => {
    const text = await readFile(join(packed.folder, 'node_modules/lenslet/dist/lenslet.browser.js'), 'utf8')
    expect(importsOf('lenslet.browser.js', text)).toEqual([])
    expect(text.length).toBeLessThan(600_000)
    expect(text.slice(0, text.indexOf('*/'))).toMatch(/lenslet [\d.]+, Apache-2\.0[\s\S]*zod [\d.]+\s+MIT License/)
  })

  it('runs nothing at a user’s install', () => {
    for (const hook of ['preinstall', 'install', 'postinstall']) expect(manifest.scripts).not.toHaveProperty(hook)
  })

  it('has every file that its exports, imports and commands name', () => {
    const named = [manifest.exports, manifest.imports, manifest.bin].flatMap(targets)
    expect(named.length).toBeGreaterThan(10)
    expect(named.filter((file) => !packed.files.includes(file))).toEqual([])
  })
})

describe('a user', () => {
  const machineNodes = (process.env.PATH ?? '')
    .split(delimiter)
    .filter((folder) => !folder.includes('node_modules'))
    .map((folder) => join(folder, 'node'))
    .filter((file) => existsSync(file))
  const versions = new Map(
    [process.execPath, ...machineNodes].map((file) => [
      execFileSync(file, ['--version'], { encoding: 'utf8' }).trim(),
      file,
    ]),
  )

  it.each([...versions])('imports every public subpath on Node %s', async (_, node) => {
    const subpaths = Object.keys(manifest.exports).filter((name) => name !== './package.json')
    const script = `
      for (const name of ${JSON.stringify(subpaths)}) await import(name.replace('.', 'lenslet'))
      console.log(JSON.stringify(Object.keys(await import('lenslet'))))`
    await writeFile(join(packed.folder, 'use.js'), script)
    const { stdout, stderr } = spawnSync(node, ['use.js'], { cwd: packed.folder, encoding: 'utf8' })
    expect(stderr).toBe('')
    expect(JSON.parse(stdout)).toEqual(expect.arrayContaining(frontDoor))
  })

  it.each([...versions])('runs the command on Node %s', (_, node) => {
    const command = join(packed.folder, 'node_modules/lenslet', manifest.bin.lenslet)
    const { status, stdout } = spawnSync(node, [command, '--version'], { cwd: packed.folder, encoding: 'utf8' })
    expect({ status, stdout: stdout.trim() }).toEqual({ status: 0, stdout: manifest.version })
  })

  it('gets types that the strict compiler accepts, in Node and in a bundler', async () => {
    const names = Object.keys(manifest.exports).filter((name) => name !== './package.json')
    const lines = names.map((name, index) => `export * as part${index} from '${name.replace('.', 'lenslet')}'`)
    await writeFile(join(packed.folder, 'use.ts'), `${lines.join('\n')}\nimport { parse } from 'lenslet'\nparse(1)\n`)
    for (const [module, resolution] of [['nodenext', 'nodenext'] as const, ['esnext', 'bundler'] as const]) {
      const options = ['--noEmit', '--strict', '--target', 'es2023', '--lib', 'es2023,esnext.disposable,dom']
      const compiler = join(root, 'node_modules/typescript/bin/tsc')
      const { stdout } = spawnSync(
        process.execPath,
        [compiler, ...options, '--module', module, '--moduleResolution', resolution, 'use.ts'],
        { cwd: packed.folder, encoding: 'utf8' },
      )
      // The one error is ours: `parse` takes text.
      expect(stdout.trim().split('\n')).toEqual([expect.stringMatching(/^use\.ts\(\d+,7\): error TS2345/)])
    }
  })
})
