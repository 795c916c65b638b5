/** PyTorch trains as Lenslet does, step by step. `npm run torch-check -- --train` does more, with several processes. */

import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { root } from '../scripts/files.ts'
import { torchPython } from '../scripts/torchPython.ts'
import { trainings, writeTraining } from './torch/trainings.ts'

const python = torchPython()

describe.skipIf(python === undefined)('by PyTorch (skipped without a Python that has torch and numpy)', () => {
  it('every optimizer, schedule, loss and augmentation gives the losses of Lenslet', { timeout: 120_000 }, async () => {
    const folder = mkdtempSync(join(tmpdir(), 'lenslet-torch-train-'))
    try {
      for (const training of trainings()) await writeTraining(join(folder, training.name), training)
      const run = spawnSync(python as string, [join(root, 'python/check_training.py'), folder], { encoding: 'utf8' })
      expect(run.stderr).toBe('')
      const { failed, checked } = JSON.parse(run.stdout)
      expect(failed).toEqual([])
      expect(checked).toBe(trainings().length)
    } finally {
      rmSync(folder, { recursive: true, force: true })
    }
  })
})
