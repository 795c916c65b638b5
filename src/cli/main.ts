#!/usr/bin/env node
/** The `lenslet` command. */

import { allowWide } from '../backends/wasm/allowWide.ts'
import { currentCall } from './call.ts'
import { run } from './program.ts'
import { guardStreams } from './streams.ts'
import { untilSettled } from './unsettled.ts'
import { verbs } from './verbs.ts'

const streams = guardStreams(() => {
  const { verb, json } = currentCall()
  const leavesFiles = verbs.some((each) => each.name === verb && each.leavesFiles)
  return { leavesFiles, printsResult: json === true || !leavesFiles }
})

// Nothing else in this process runs WebAssembly that V8's flag could trouble.
allowWide()

const words = process.argv.slice(2)
process.exitCode = await streams.codeOf(await untilSettled(run(words), words))
