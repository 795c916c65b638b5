/**
 * Random networks, the WebAssembly kernels against the reference and the reference against the networks' meaning:
 *
 *     npx node --conditions=lenslet-source scripts/differential.ts --count 5000 --seed 1
 *
 * Prints each failing trial, made as small as it can be, as a command that runs it again. Exit code 1 where one failed.
 */

import { parseArgs } from 'node:util'
import { checkTrial } from '../test/differential/check.ts'
import { attempt, shrink } from '../test/differential/shrink.ts'
import { commandOf, drawTrial, type Trial, type Variant } from '../test/differential/trials.ts'
import { variantsHere } from '../test/differential/variants.ts'

const { values } = parseArgs({
  options: {
    count: { type: 'string', default: '1000' },
    seed: { type: 'string', default: '1' },
    /** Ends after so many minutes. */
    minutes: { type: 'string' },
    /** Ends after so many failures. */
    failures: { type: 'string', default: '5' },
    /** How many smaller trials are tried for each. */
    shrink: { type: 'string', default: '400' },
    /** One trial, as printed. */
    network: { type: 'string' },
    batch: { type: 'string', default: '1' },
    variant: { type: 'string', default: 'relaxed' },
    threads: { type: 'string', default: '1' },
    twin: { type: 'string' },
    exact: { type: 'boolean', default: false },
    share: { type: 'boolean', default: false },
  },
})

async function one(text: string): Promise<void> {
  const variant = values.variant as Variant
  const trial: Trial = {
    text,
    batch: Number(values.batch),
    seed: Number(values.seed),
    exact: values.exact,
    variant,
    threads: Number(values.threads),
    twin: (values.twin ?? variant) as Variant,
    alwaysShare: values.share,
  }
  console.log(await checkTrial(trial))
}

async function many(count: number, first: number, end: number, mostFailures: number): Promise<void> {
  const variants = variantsHere()
  console.log(`variants: ${variants.join(', ')}`)
  const began = Date.now()
  let shown = began
  let [done, failed, differences, unclear] = [0, 0, 0, 0]
  for (; done < count && failed < mostFailures && Date.now() < end; done++) {
    const drawn = drawTrial(first + done, variants)
    const outcome = await attempt(drawn.trial)
    if (outcome instanceof Error) {
      failed++
      console.log(`\n${commandOf(drawn.trial)}\n  ${outcome.stack}`)
      const smallest = await shrink(drawn, Number(values.shrink))
      const fault = await attempt(smallest)
      console.log(`smallest:\n${commandOf(smallest)}\n  ${fault instanceof Error ? fault.message : 'passes now'}`)
    } else {
      if (outcome.differences) differences++
      unclear += outcome.unclear
    }
    if (Date.now() - shown < 10_000) continue
    shown = Date.now()
    const rate = (done + 1) / ((shown - began) / 1000)
    const left = Math.min((count - done - 1) / rate, (end - shown) / 1000)
    console.log(`${done + 1} of ${count}, ${failed} failed, ${rate.toFixed(1)} a second, ${Math.ceil(left)} s left`)
  }
  console.log(`${done} trials, ${failed} failed; differences in ${differences}, ${unclear} steps unclear`)
  if (failed > 0) process.exitCode = 1
}

if (values.network !== undefined) await one(values.network)
else {
  const end = values.minutes === undefined ? Number.POSITIVE_INFINITY : Date.now() + Number(values.minutes) * 60_000
  await many(Number(values.count), Number(values.seed), end, Number(values.failures))
}
