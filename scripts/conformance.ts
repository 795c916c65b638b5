/**
 * Runs test cases that are laid out as ONNX's own (onnx/backend/test/data): folders with model.onnx and test_data_set_*.
 *
 *     npm run conformance -- DIR [--backend wasm|reference] [--json] [--docs]
 *
 * The first input is the image; others that the model computes with (weights) are bound as constants, and where that is not
 * possible, all inputs are stacked into one. Prints { passed, notMeant: [{ case, reason }], failed: [{ case, why }] }.
 * --docs writes the table of docs/onnx.md. Exit code 1 if a case failed.
 */

import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import type { BackendName } from '../src/model/options.ts'
import { type CaseResult, casesIn, runCase } from './conformance/cases.ts'
import { pageOf } from './conformance/page.ts'
import { root } from './files.ts'

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    backend: { type: 'string', default: 'wasm' },
    json: { type: 'boolean', default: false },
    docs: { type: 'boolean', default: false },
  },
})
const [folder] = positionals
if (folder === undefined || !['wasm', 'reference'].includes(values.backend)) {
  console.error('npm run conformance -- DIR [--backend wasm|reference] [--json] [--docs]')
  process.exit(2)
}

const results: CaseResult[] = []
for (const name of casesIn(folder)) {
  const result = await runCase(folder, name, values.backend as BackendName)
  results.push(result)
  if (!values.json && result.outcome === 'failed') console.log(`FAILED  ${name}: ${result.reason}`)
}
const of = (outcome: CaseResult['outcome']) => results.filter((result) => result.outcome === outcome)
const notMeant = of('not meant').map(({ name, reason }) => ({ case: name, reason }))
const failed = of('failed').map(({ name, reason }) => ({ case: name, why: reason }))
if (values.docs) writeFileSync(join(root, 'docs/onnx.md'), pageOf(results))
if (values.json) console.log(JSON.stringify({ passed: of('passed').length, notMeant, failed }, null, 2))
else {
  for (const { case: name, reason } of notMeant) console.log(`not meant  ${name}: ${reason}`)
  console.log(`${of('passed').length} passed, ${notMeant.length} not meant, ${failed.length} failed`)
}
process.exitCode = failed.length === 0 ? 0 : 1
