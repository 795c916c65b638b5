// Writes every network of the zoo as ONNX and has the checker of the Python
// package onnx (Debian: apt install python3-onnx) look at it:
//
//   node --conditions=lenslet-source scripts/onnx-check.ts [NAME...]

import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { platform } from '#platform'
import { exportOnnx } from '../src/exchange/onnx/export/export.ts'
import { Model } from '../src/model/model.ts'
import { zoo } from '../src/zoo/zoo.ts'

const checker = 'import sys, onnx; onnx.checker.check_model(sys.argv[1], full_check=True)'
if (spawnSync('python3', ['-c', 'import onnx']).status !== 0) {
  console.error('python3 has no package onnx: apt install python3-onnx')
  process.exit(1)
}
const folder = mkdtempSync(join(tmpdir(), 'lenslet-onnx-'))
let failed = 0
const names = process.argv.slice(2)
for (const name of names.length > 0 ? names : zoo.names) {
  const file = join(folder, 'model.onnx')
  await using model = await Model.create(zoo.network(name))
  const { network, info } = model
  await platform.writeFileAtomic(file, exportOnnx({ network, info, weights: await model.snapshot() }))
  const { status, stderr } = spawnSync('python3', ['-c', checker, file], { encoding: 'utf8' })
  if (status !== 0) failed += 1
  console.log(
    `${status === 0 ? 'passed' : 'FAILED'}  ${name}${status === 0 ? '' : `: ${stderr.trim().split('\n').at(-1)}`}`,
  )
}
rmSync(folder, { recursive: true, force: true })
process.exitCode = failed === 0 ? 0 : 1
