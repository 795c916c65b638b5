/** Every layer of the notation has its PyTorch form, which computes the same forward and backward. `npm run torch-check` does more. */

import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { root } from '../scripts/files.ts'
import { torchPython } from '../scripts/torchPython.ts'
import { drawTrials, writeTrials } from './torch/trials.ts'

const python = torchPython()

describe.skipIf(python === undefined)('in PyTorch (skipped without a Python that has torch and numpy)', () => {
  it('every layer gives the values and gradients of the reference', { timeout: 300_000 }, async () => {
    const folder = mkdtempSync(join(tmpdir(), 'lenslet-torch-'))
    try {
      const trials = drawTrials(3, 1)
      await writeTrials(folder, trials)
      const run = spawnSync(python as string, [join(root, 'python/check_layers.py'), folder], { encoding: 'utf8' })
      expect(run.stderr).toBe('')
      const { failed, checked } = JSON.parse(run.stdout)
      expect(failed).toEqual([])
      expect(checked).toBe(trials.length)
    } finally {
      rmSync(folder, { recursive: true, force: true })
    }
  })
})
