/** docs/onnx.md: which operators are read, by what ONNX's own cases say. */

import type { CaseResult } from './cases.ts'

const start = `# ONNX

Lenslet reads ONNX models of opset 6 and later and writes opset 17. Its reader turns a graph into a network of layers: see
[decision 29](decisions/0029-onnx-import.md) for how, and [exchange](exchange.md) for the commands.

The table is made by ONNX's own test cases for its operators (the folders \`node\`, \`simple\` and \`pytorch-converted\` of
onnx/backend/test/data): \`npm run conformance -- DIR --docs\`. A case is *not meant* where a network of layers has no place for it,
such as maps with three axes, integers as results, or losses; each has its reason in the list below.

`

export function pageOf(results: readonly CaseResult[]): string {
  const count = (outcome: CaseResult['outcome'], among = results) =>
    among.filter((result) => result.outcome === outcome).length
  const ops = [...new Set(results.flatMap((result) => result.ops))].sort()
  const rows = ops.map((op) => {
    const own = results.filter((result) => result.ops.includes(op))
    const opsets = [...new Set(own.map(({ opset }) => opset))].sort((a, b) => a - b)
    return `| ${op} | ${opsets.join(', ')} | ${count('passed', own)} | ${count('not meant', own)} |${count('failed', own) === 0 ? '' : ` ${count('failed', own)} failed |`}`
  })
  const reasons = results
    .filter(({ outcome }) => outcome === 'not meant')
    .map(({ name, reason }) => `- \`${name}\`: ${escaped(reason)}`)
  return [
    `${start}${count('passed')} of ${results.length} cases pass, ${count('not meant')} are not meant, ${count('failed')} fail.`,
    '',
    '| operator | opsets of the cases | passed | not meant |',
    '| --- | --- | --: | --: |',
    ...rows,
    '',
    '## Cases that are not meant',
    '',
    ...reasons,
    '',
  ].join('\n')
}

function escaped(text: string): string {
  return text.replace(/[<>|]/g, (character) => `\\${character}`)
}
