/** Follows a training to its end. If it fails, says which checkpoint is left and how to resume. */

import { type Checkpoint, readCheckpoint } from '../train/checkpoint.ts'
import { DivergedError } from '../train/errors.ts'
import type { DoneProgress, Progress, TrainResult } from '../train/progress.ts'
import { commandName } from './machine.ts'
import type { RunFiles } from './runFolder.ts'
import type { Terminal } from './terminal.ts'
import type { TrainProgress } from './trainProgress.ts'
import { quoted } from './trainWords.ts'
import type { RunWatchers } from './watchRun.ts'

export interface FollowedRun {
  readonly files: RunFiles
  /** Takes a new folder away; only where the training failed before there was anything to keep. */
  readonly undo: (() => Promise<void>) | undefined
  readonly terminal: Terminal
  readonly watchers: RunWatchers
  /** The epoch after which the training pauses, with its checkpoint written. */
  readonly until?: number | undefined
}

/** Undefined where it pauses. */

export async function followRun(
  training: AsyncGenerator<Progress, TrainResult>,
  progress: TrainProgress,
  { files, undo, terminal, watchers, until }: FollowedRun,
): Promise<DoneProgress | undefined> {
  let begun = false
  try {
    for await (const each of training) {
      begun = true
      progress.show(each)
      await watchers.show(each)
      if (each.kind === 'done') return each
      if (until !== undefined && each.kind === 'epoch' && each.epoch >= until && each.epoch < each.epochs)
        return undefined
    }
  } catch (error) {
    progress.clear()
    if (begun) await sayWhatIsLeft(error, files, terminal)
    else await undo?.()
    throw error
  }
  throw new Error('a training that did not end')
}

/** Throws nothing: the caller reports the error itself. */
async function sayWhatIsLeft(error: unknown, { checkpoint, folder }: RunFiles, terminal: Terminal) {
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
  `note: ${path} is the last good checkpoint, of step ${step}. Resuming it takes the same steps and diverges again; start a new training with other settings`
