// `npm test`: everything that must hold before a change lands. Every stage runs, whatever became of those before it; the
// last line is `N passed, N failed, N skipped`, where a stage other than the tests counts as one.

import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { root } from './files.ts'

interface Count {
  passed: number
  failed: number
  skipped: number
}

/** Runs a program of the repository under this Node; true when it succeeded. */
function run(script: string, ...args: string[]): boolean {
  return spawnSync(process.execPath, [join(root, script), ...args], { cwd: root, stdio: 'inherit' }).status === 0
}

/** The tests' counts, from vitest's own report. A file that does not load counts as a failed test. */
function runTests(files: readonly string[]): Count {
  const folder = mkdtempSync(join(tmpdir(), 'lenslet-test-'))
  const report = join(folder, 'report.json')
  const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${report}`]
  const succeeded = run('node_modules/vitest/vitest.mjs', 'run', ...reporters, ...files)
  try {
    const { numPassedTests, numFailedTests, numPendingTests, numTodoTests, testResults } = JSON.parse(
      readFileSync(report, 'utf8'),
    ) as VitestReport
    const unloaded = testResults.filter((file) => file.status === 'failed' && file.assertionResults.length === 0).length
    const failed = numFailedTests + unloaded
    // vitest also fails on an error outside any test.
    return {
      passed: numPassedTests,
      failed: succeeded ? failed : Math.max(1, failed),
      skipped: numPendingTests + numTodoTests,
    }
  } catch (error) {
    console.error(`The tests left no report: ${error}`)
    return { passed: 0, failed: 1, skipped: 0 }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

interface VitestReport {
  readonly numPassedTests: number
  readonly numFailedTests: number
  readonly numPendingTests: number
  readonly numTodoTests: number
  readonly testResults: readonly { readonly status: string; readonly assertionResults: readonly unknown[] }[]
}

const stages: readonly [name: string, script: string, ...args: string[]][] = [
  ['build', 'scripts/build.ts'],
  ['types', 'node_modules/typescript/bin/tsc', '-p', '.'],
  ['format and lint', 'node_modules/@biomejs/biome/bin/biome', 'check', '--error-on-warnings', '.'],
  ['unused code', 'node_modules/knip/bin/knip.js'],
]

const total: Count = { passed: 0, failed: 0, skipped: 0 }
for (const [name, script, ...args] of stages) {
  const succeeded = run(script, ...args)
  console.log(`${succeeded ? 'ok    ' : 'FAILED'} ${name}`)
  total[succeeded ? 'passed' : 'failed']++
}
const tests = runTests(process.argv.slice(2))
total.passed += tests.passed
total.failed += tests.failed
total.skipped += tests.skipped
console.log(`${total.passed} passed, ${total.failed} failed, ${total.skipped} skipped`)
process.exitCode = total.failed === 0 ? 0 : 1
