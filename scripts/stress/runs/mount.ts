/** Small file systems in memory, which Linux lets root mount. */

import { spawnSync } from 'node:child_process'
import { mkdirSync } from 'node:fs'

export interface SmallDisk {
  readonly folder: string
  /** Mounts it again, with other options: `size=1m`, `ro`. */
  change(options: string): void
  unmount(): void
}

const mount = (...words: string[]) => spawnSync('mount', words, { encoding: 'utf8' })

/** Undefined where it cannot be mounted; `reasonForNone` says why. */
export function mountSmall(folder: string, options: string): SmallDisk | undefined {
  mkdirSync(folder, { recursive: true })
  if (mount('-t', 'tmpfs', '-o', options, 'tmpfs', folder).status !== 0) return undefined
  return {
    folder,
    change(other) {
      const { status, stderr } = mount('-o', `remount,${other}`, folder)
      if (status !== 0) throw new Error(`cannot remount ${folder}: ${stderr}`)
    },
    unmount: () => void spawnSync('umount', ['-l', folder]),
  }
}

export const reasonForNone = 'tmpfs cannot be mounted: not root, or a container without CAP_SYS_ADMIN'
