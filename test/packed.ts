// The package as a user gets it: packed by npm and unpacked into the node_modules of an empty folder.

import { execFileSync } from 'node:child_process'
import { mkdir, mkdtemp, readFile, rename, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { build } from '../scripts/build.ts'
import { root } from '../scripts/files.ts'

export interface PackedPackage {
  /** A folder whose node_modules has `lenslet` (from the tarball) and its dependencies. */
  readonly folder: string
  /** Paths in the tarball. */
  readonly files: readonly string[]
  readonly bytes: number
  remove(): Promise<void>
}

/** Builds and packs the package, and installs the tarball as npm would, without the network. */
export async function installPacked(): Promise<PackedPackage> {
  await build()
  const folder = await mkdtemp(join(tmpdir(), 'lenslet-packed-'))
  const npm = ['pack', '--json', '--ignore-scripts', '--pack-destination', folder]
  const report = JSON.parse(
    execFileSync('npm', npm, { cwd: root, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }),
  )
  // npm up to 11 gives a list, later ones an object by package name.
  const [tarball] = (Array.isArray(report) ? report : Object.values(report)) as PackReport[]
  if (!tarball) throw new Error('npm pack reported no tarball')
  execFileSync('tar', ['-xzf', join(folder, tarball.filename), '-C', folder])
  const modules = join(folder, 'node_modules')
  await mkdir(modules)
  await writeFile(join(folder, 'package.json'), '{ "type": "module" }')
  await rename(join(folder, 'package'), join(modules, 'lenslet'))
  // Only what the package declares: an import of anything else fails here as it would at a user's.
  const manifest = JSON.parse(await readFile(join(modules, 'lenslet/package.json'), 'utf8')) as Manifest
  for (const name of Object.keys({ ...manifest.dependencies, ...manifest.optionalDependencies })) {
    await symlink(join(root, 'node_modules', name), join(modules, name))
  }
  return {
    folder,
    files: tarball.files.map((file) => file.path),
    bytes: tarball.size,
    remove: () => rm(folder, { recursive: true, force: true }),
  }
}

interface Manifest {
  readonly dependencies: Record<string, string>
  readonly optionalDependencies: Record<string, string>
}

interface PackReport {
  readonly filename: string
  readonly size: number
  readonly files: readonly { readonly path: string }[]
}
