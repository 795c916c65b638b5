/** Readies bench/node_modules: the peers, exactly as locked, and Lenslet itself as a user would find it. */

import { spawnSync } from 'node:child_process'
import { existsSync, lstatSync, mkdirSync, rmSync, statSync, symlinkSync } from 'node:fs'
import { dirname, join } from 'node:path'

const here = import.meta.dirname
const modules = join(here, 'node_modules')

/** Installs the peers where they are missing or older than the lock. Throws where npm fails. */
export function readyPeers(): void {
  const installed = join(modules, '.package-lock.json')
  const lock = join(here, 'package-lock.json')
  if (!existsSync(installed) || statSync(installed).mtimeMs < statSync(lock).mtimeMs) {
    console.error('installing the peers into bench/node_modules (once; some 500 MB)')
    // Scripts are left out: onnxruntime-node's would fetch CUDA, and the CPU library is in the package.
    const { status } = spawnSync('npm', ['ci', '--ignore-scripts', '--no-audit', '--no-fund'], {
      cwd: here,
      stdio: ['ignore', 'inherit', 'inherit'],
      shell: process.platform === 'win32',
    })
    if (status !== 0) throw new Error('the peers could not be installed: npm reports why above')
  }
  linkLenslet()
}

/**
 * A link and no `file:..` dependency: npm would go on to tend the repository's own node_modules.
 */
function linkLenslet(): void {
  const link = join(modules, 'lenslet')
  if (lstatSync(link, { throwIfNoEntry: false })?.isSymbolicLink()) return
  rmSync(link, { recursive: true, force: true })
  mkdirSync(modules, { recursive: true })
  symlinkSync(dirname(here), link, 'junction')
}
