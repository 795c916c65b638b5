/** A variant's process, seen from the benchmark. What fails there is thrown here. */

import { type ChildProcess, fork } from 'node:child_process'
import { join } from 'node:path'
import type { VariantName } from '../../../src/backends/wasm/variants.ts'
import type { Reply, Request, TableName } from './messages.ts'
import { compilePeak } from './peak.ts'

const patience = 30_000

export class Seat {
  readonly variant: VariantName
  readonly #child: ChildProcess
  #peakFlops = Number.NaN

  constructor(variant: VariantName) {
    this.variant = variant
    this.#child = fork(join(import.meta.dirname, 'child.ts'), {
      // From the sources altogether: the kernels are the same, and single steps are no part of what is built.
      execArgv: ['--conditions=lenslet-source'],
      serialization: 'advanced',
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    })
  }

  /** Operations of one run of the peak's loop. */
  get peakFlops(): number {
    return this.#peakFlops
  }

  /** Undefined where the variant runs on this engine, or else why it does not. */
  async start(): Promise<string | undefined> {
    const peak = Uint8Array.from(await compilePeak(this.variant))
    const reply = await this.#send({ kind: 'start', variant: this.variant, peak })
    if (reply.kind === 'absent') return reply.why
    this.#peakFlops = expect(reply, 'started').peakFlops
    return undefined
  }

  /** Some of the values that the row's step makes. */
  async lay(table: TableName, index: number): Promise<Float32Array> {
    return expect(await this.#send({ kind: 'lay', table, index }), 'laid').values
  }

  /** Least milliseconds of a run of the step, and of what it is measured by. */
  async turn(milliseconds: number): Promise<{ readonly step: number; readonly beside: number }> {
    return expect(await this.#send({ kind: 'turn', milliseconds }), 'times')
  }

  leave(): void {
    this.#child.kill()
  }

  #send(request: Request): Promise<Reply> {
    const child = this.#child
    return new Promise((resolve) => {
      const fail = (reason: string) => done({ kind: 'failed', reason })
      const timer = setTimeout(() => fail(`no answer in ${patience / 1000} s`), patience)
      const gone = (code: number | null, signal: string | null) => fail(`its process ended with ${signal ?? code}`)
      const done = (message: unknown) => {
        clearTimeout(timer)
        child.off('message', done).off('exit', gone)
        resolve(message as Reply)
      }
      child.once('message', done).once('exit', gone)
      child.send(request)
    })
  }
}

function expect<K extends Reply['kind']>(reply: Reply, kind: K): Extract<Reply, { kind: K }> {
  if (reply.kind === kind) return reply as Extract<Reply, { kind: K }>
  throw new Error(reply.kind === 'failed' ? reply.reason : `received ${reply.kind}, expected ${kind}`)
}
