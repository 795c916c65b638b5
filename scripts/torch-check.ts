// `npm run torch-check -- [--count N] [--seed S] [--python PATH]`: every layer of the notation in PyTorch, forward and
// backward, against the reference on random shapes. With `--train [--only NAME]`: trainings on MNIST and CIFAR-10, by several processes, too
// (scripts/torchTraining.ts). Needs a Python with torch and numpy.

import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { drawTrials, writeTrials } from '../test/torch/trials.ts'
import { root } from './files.ts'
import { torchPython } from './torchPython.ts'
import { checkTraining } from './torchTraining.ts'

const { values } = parseArgs({
  options: {
    count: { type: 'string', default: '5' },
    seed: { type: 'string', default: '1' },
    python: { type: 'string' },
    train: { type: 'boolean', default: false },
    only: { type: 'string' },
  },
})
const python = values.python ?? torchPython() ?? 'python3'
const folder = mkdtempSync(join(tmpdir(), 'lenslet-torch-'))
try {
  if (values.train) await checkTraining(python, folder, values.only)
  else await checkLayers()
} finally {
  rmSync(folder, { recursive: true, force: true })
}

async function checkLayers() {
  const trials = drawTrials(Number(values.seed), Number(values.count))
  console.log(`${trials.length} networks`)
  await writeTrials(folder, trials)
  const run = spawnSync(python, [join(root, 'python/check_layers.py'), folder], { stdio: 'inherit' })
  if (run.error) throw run.error
  process.exitCode = run.status ?? 1
}
