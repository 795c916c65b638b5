/**
 * A contender's process. Each has one of its own, so that nobody's threads, heap or engine flags trouble another. It
 * waits for rounds; between them it sleeps.
 */

import { peers } from './peers/index.ts'
import type { Contender, Reply, Request } from './peers/types.ts'
import { least } from './timing.ts'

let contender: Contender | undefined
/** Of the last turn; ms. */
let last = Number.POSITIVE_INFINITY
/** Shorter runs are run once untimed: caches and clocks are cold after the others' turns. */
const short = 50

const send = (reply: Reply): void => {
  process.send?.(reply)
}

async function answer(request: Request): Promise<void> {
  if (request.kind === 'start') {
    const { work, threads } = request
    const peer = peers.find(({ name }) => name === request.peer)
    contender = work.kind === 'forward' ? await peer?.forward?.(work, threads) : await peer?.train?.(work, threads)
    if (contender === undefined) throw new Error(`${request.peer} has no ${work.kind}`)
    const { outputs, description } = contender
    send({ kind: 'ready', outputs, ...(description === undefined ? {} : { description }) })
    return
  }
  if (contender === undefined) throw new Error('a round before the start')
  if (last < short) await contender.time(0)
  const before = process.cpuUsage()
  const { times, runs, cpu } = await contender.time(request.milliseconds)
  const { user, system } = process.cpuUsage(before)
  last = least(times)
  send({ kind: 'times', time: last, cpu: (cpu ?? (user + system) / 1000) / runs })
}

process.on('message', (request: Request) => {
  answer(request).catch((error: unknown) => {
    send({ kind: 'failed', reason: error instanceof Error ? (error.message.split('\n')[0] ?? '') : String(error) })
    if (process.env.LENSLET_BENCH_TRACE) console.error(error)
  })
})
process.on('disconnect', () => process.exit(0))
