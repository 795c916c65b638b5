/** What is said of a run that failed on its way: which checkpoint it leaves, and how to go on. */

import { type Checkpoint, readCheckpoint } from '../train/checkpoint.ts'
import { DivergedError } from '../train/errors.ts'
import { commandName } from './machine.ts'
import type { RunFiles } from './runFolder.ts'
import type { Terminal } from './terminal.ts'
import { quoted } from './trainWords.ts'

/** Throws nothing: the error itself is said by others. */
export async function sayWhatIsLeft(error: unknown, { checkpoint, folder }: RunFiles, terminal: Terminal) {
  const saved = await readCheckpoint(checkpoint).catch(() => undefined)
  if (saved === undefined) return
  const command = `${commandName()} train --resume ${quoted(folder)}`
  terminal.hint(
    error instanceof DivergedError
      ? diverged(saved, checkpoint)
      : `note: step ${saved.state.step} is saved; to resume: ${command}`,
  )
}

const diverged = ({ state: { step } }: Checkpoint, path: string) =>
  `note: ${path} is the last good checkpoint, of step ${step}. Resuming it takes the same steps and diverges again; train anew with other settings`
