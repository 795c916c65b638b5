/** PyTorch trains as Lenslet does, step by step, and image files become the same bytes. `npm run torch-check -- --train` does more, with several processes. */

import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { root } from '../scripts/files.ts'
import { torchPython } from '../scripts/torchPython.ts'
import { writePhotos } from './torch/photos.ts'
import { type Training, trainings, writeTraining } from './torch/trainings.ts'

const python = torchPython()

describe.skipIf(python === undefined)('by PyTorch (skipped without a Python that has torch and numpy)', () => {
  it('every optimizer, schedule, loss and augmentation gives the losses of Lenslet', { timeout: 120_000 }, async () => {
    const { result, written } = await checked('check_training.py', async (folder) => {
      for (const training of trainings()) await writeTraining(join(folder, training.name), training)
      return trainings().length
    })
    expect(result).toMatchObject({ checked: written, failed: [] })
  })

  it('what is wrong is an error that says so', async () => {
    const { result } = await checked('check_refusals.py', async (folder) => {
      await writeTraining(folder, trainings()[0] as Training)
      return 1
    })
    expect(result).toMatchObject({ failed: [] })
  })

  const isPillow = python !== undefined && spawnSync(python, ['-c', 'import PIL'], { stdio: 'ignore' }).status === 0
  it.skipIf(!isPillow)('image files become the same bytes (skipped without Pillow)', async () => {
    const { result, written } = await checked('check_images.py', writePhotos)
    expect(result).toEqual({ checked: written, failed: [] })
  })
})

/** What a program of the folder python says of what was written for it. */
async function checked(program: string, write: (folder: string) => Promise<number>) {
  const folder = mkdtempSync(join(tmpdir(), 'lenslet-torch-train-'))
  try {
    const written = await write(folder)
    const run = spawnSync(python as string, [join(root, 'python', program), folder], { encoding: 'utf8' })
    expect(run.stderr).toBe('')
    return { result: JSON.parse(run.stdout) as unknown, written }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}
