/**
 * A contender's process. Each has one of its own, so that nobody's threads, heap or engine flags trouble another, and so
 * that memory can be told apart. It waits for rounds; between them it sleeps.
 */

import { peers } from './peers/index.ts'
import type { Contender, Reply, Request } from './peers/types.ts'
import { least } from './timing.ts'

let contender: Contender | undefined

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
    const bytes = process.resourceUsage().maxRSS * 1024
    send({ kind: 'ready', outputs, bytes, ...(description === undefined ? {} : { description }) })
    return
  }
  if (contender === undefined) throw new Error('a round before the start')
  const before = process.cpuUsage()
  const { times, runs } = await contender.time(request.milliseconds)
  const { user, system } = process.cpuUsage(before)
  send({ kind: 'times', time: least(times), cpu: (user + system) / 1000 / runs })
}

process.on('message', (request: Request) => {
  answer(request).catch((error: unknown) => {
    send({ kind: 'failed', reason: error instanceof Error ? (error.message.split('\n')[0] ?? '') : String(error) })
    if (process.env.LENSLET_BENCH_TRACE) console.error(error)
  })
})
process.on('disconnect', () => process.exit(0))
