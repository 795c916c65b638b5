/** A run that is resumed: where its data is now, whether the images are those that it began with, and its checkpoint. */

import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { printable } from '../core/text.ts'
import { type Checkpoint, readCheckpoint } from '../train/checkpoint.ts'
import { absolute } from './data.ts'
import { UsageError } from './errors.ts'
import { type DataIdentity, placeOf, type RunFiles, type RunSettings, readRun } from './runFolder.ts'
import type { Terminal } from './terminal.ts'
import { isTorchFolder } from './torchFolder.ts'
import { quoted } from './trainWords.ts'

/**
 * @param data where the data was moved to, as `--data` says
 * Throws `UsageError` where the folder is no run, or the data is not there.
 */
export async function resumedSettings(folder: string, data: string | undefined): Promise<RunSettings> {
  if (await isTorchFolder(folder)) throw notOurs(folder)
  const settings = await readRun(folder)
  if (data !== undefined) return { ...settings, data: absolute(data) }
  const place = placeOf(settings.data)
  if (place === undefined || existsSync(place)) return settings
  throw new UsageError(`the data of the run ${folder} is not where it was`, {
    received: `no ${place}`,
    expected: 'the images that the run began with',
    advice: `--data ${settings.data.slice(0, settings.data.indexOf(':'))}:FOLDER, where they are now`,
  })
}

/** PyTorch's checkpoint has its optimizer's state and its order of additions: a training goes on where it began. */
function notOurs(folder: string): UsageError {
  const paths = ['best.safetensors', 'last.safetensors'].map((name) => join(folder, name))
  const weights = paths.find((path) => existsSync(path))
  const isDone = weights !== undefined
  return new UsageError(`${printable(folder)} is a training of PyTorch`, {
    received: isDone
      ? 'a training that lenslet export wrote, and that has ended'
      : 'a training that lenslet export wrote',
    expected: 'a folder that lenslet train made',
    advice: isDone
      ? `to train further here: lenslet convert ${quoted(weights)} model.lenslet, then lenslet train model.lenslet --data …`
      : `run train.py again: it goes on from its checkpoint; ${printable(join(folder, 'README.md'))} has the commands`,
  })
}

/** Throws `UsageError` for other training pictures; other test pictures are worth a notice. */
export function checkPictures({ pictures, data }: RunSettings, found: DataIdentity, terminal: Terminal): void {
  if (pictures === undefined) return
  if (pictures.training !== found.training) {
    throw new UsageError('the training images are not those that the run began with', {
      received: `${data}: ${found.training}`,
      expected: pictures.training,
      advice:
        '--data with the images as they were; on other images, train the model further: lenslet train MODEL --data …',
    })
  }
  if (pictures.tests !== found.tests) {
    terminal.hint(
      'note: the test or validation images differ from those of the run so far. The weights are not affected, but losses and accuracies before and after cannot be compared, and the choice of the best epoch rests on both.',
    )
  }
}

/** The checkpoint of a run that is resumed; undefined if nothing was saved. Throws `CheckpointError`. */
export async function savedCheckpoint(
  files: RunFiles | undefined,
  terminal: Terminal,
): Promise<Checkpoint | undefined> {
  if (files === undefined || !existsSync(files.checkpoint)) return undefined
  try {
    return await readCheckpoint(files.checkpoint)
  } catch (error) {
    if (existsSync(files.good))
      terminal.hint(
        `note: ${files.good} is an earlier checkpoint; to resume from it, rename it to checkpoint.safetensors`,
      )
    throw error
  }
}
