#!/usr/bin/env node
/** The `lenslet` command. */

import { allowWide } from '../backends/wasm/allowWide.ts'
import { run } from './program.ts'
import { untilSettled } from './unsettled.ts'

// A reader that has seen enough (`lenslet plan vgg16 | head`, or `2>&1 | head`) is no error.
for (const stream of [process.stdout, process.stderr])
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error
    process.exit(0)
  })

// Nothing else in this process runs WebAssembly that V8's flag could trouble.
allowWide()

const words = process.argv.slice(2)
process.exitCode = await untilSettled(run(words), words)
