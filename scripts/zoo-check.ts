// `npm run zoo-check [-- NAME ...]`: for every network of the zoo, on the smallest valid input and with fewer filters where it
// is large, compares scores and a training step of the kernels with the reference. Exit code 1 if one disagrees.

import { zoo } from '../src/zoo/zoo.ts'
import { checkTwin, twinOf } from '../test/zoo/twins.ts'

const only = process.argv.slice(2)
let failed = 0
for (const name of only.length > 0 ? only : zoo.names) {
  const twin = twinOf(name)
  const began = performance.now()
  const found = await checkTwin(twin).then(
    () => 'agrees',
    (error: unknown) => {
      failed++
      return `FAILED: ${error instanceof Error ? error.message : String(error)}`
    },
  )
  const input = /INPUT (\S+)/.exec(twin.text)?.[1]
  console.log(
    `${name.padEnd(20)} ${input?.padEnd(12)} ${((performance.now() - began) / 1000).toFixed(1).padStart(6)} s  ${found}`,
  )
}
process.exitCode = failed === 0 ? 0 : 1
