/** Whether a folder is a run of `lenslet train`: its run.json says so. Other programs write files of that name, too. */

import { join } from 'node:path'
import { readRegularFile } from '../../platform/regularFile.ts'

/** 64 MiB: a network and its options are far smaller. */
export const runFileLimit = 2 ** 26

export function isRun(folder: string): Promise<boolean> {
  return readRegularFile(join(folder, 'run.json'), runFileLimit).then(
    (bytes) => isOurs(new TextDecoder().decode(bytes)),
    () => false,
  )
}

function isOurs(text: string): boolean {
  try {
    return (JSON.parse(text) as { format?: unknown } | null)?.format === 'lenslet.run'
  } catch {
    return false
  }
}
