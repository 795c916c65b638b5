/** PyTorch trains as Lenslet does, step by step, and image files become the same bytes. `npm run torch-check -- --train` does more, with several processes. */

import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { root } from '../scripts/files.ts'
import { torchPython } from '../scripts/torchPython.ts'
import { decodeModel } from '../src/model/file.ts'
import { Model } from '../src/model/model.ts'
import { evaluate } from '../src/train/evaluate.ts'
import { writePhotos } from './torch/photos.ts'
import { type Training, trainings, writeTraining } from './torch/trainings.ts'

const python = torchPython()

describe.skipIf(python === undefined)('by PyTorch (skipped without a Python that has torch and numpy)', () => {
  it('every optimizer, schedule, loss and augmentation gives the losses of Lenslet, and the weights come home', async () => {
    const all = trainings()
    await inFolder(async (folder) => {
      for (const training of all) await writeTraining(join(folder, training.name), training)
      expect(said('check_training.py', folder)).toMatchObject({ checked: all.length, failed: [] })
      for (const { name, data } of all) {
        const out = join(folder, name, 'out')
        const bytes = readFileSync(join(out, 'last.safetensors'))
        expect(decodeModel(bytes).hasChecksum).toBe(true)
        await using model = await Model.load(bytes)
        const { loss } = await evaluate(model, data.test)
        const epochs = readFileSync(join(out, 'metrics.jsonl'), 'utf8').split('\n').slice(0, -1)
        const last = epochs.map((line) => JSON.parse(line)).findLast(({ kind }) => kind === 'epoch')
        expect(Math.abs(loss - last.testLoss), name).toBeLessThan(1e-5)
      }
    })
  })

  it('what is wrong is an error that says so', async () => {
    await inFolder(async (folder) => {
      await writeTraining(folder, trainings()[0] as Training)
      expect(said('check_refusals.py', folder)).toMatchObject({ failed: [] })
    })
  })

  const isPillow = python !== undefined && spawnSync(python, ['-c', 'import PIL'], { stdio: 'ignore' }).status === 0
  it.skipIf(!isPillow)('image files become the same bytes (skipped without Pillow)', async () => {
    await inFolder(async (folder) => {
      const checked = await writePhotos(folder)
      expect(said('check_images.py', folder)).toEqual({ checked, failed: [] })
    })
  })
})

async function inFolder(use: (folder: string) => Promise<void>): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'lenslet-torch-train-'))
  try {
    await use(folder)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

/** What a program of the folder python says. */
function said(program: string, folder: string): unknown {
  const run = spawnSync(python as string, [join(root, 'python', program), folder], { encoding: 'utf8' })
  expect(run.stderr).toBe('')
  return JSON.parse(run.stdout)
}
