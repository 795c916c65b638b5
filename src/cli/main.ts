#!/usr/bin/env node
/** The `lenslet` command. */

import { allowWide } from '../backends/wasm/allowWide.ts'
import { currentCall } from './call.ts'
import { run } from './program.ts'
import { guardStreams } from './streams.ts'
import { verbs } from './verbs.ts'

const streams = guardStreams(() => verbs.some(({ name, leavesFiles }) => name === currentCall().verb && leavesFiles))

// Nothing else in this process runs WebAssembly that V8's flag could trouble.
allowWide()

process.exitCode = await streams.codeOf(await run(process.argv.slice(2)))
