/**
 * One row: every contender in a process of its own, outputs compared before anything is timed, then rounds in which each
 * has its turn, in an order that changes from round to round.
 */

import { type ChildProcess, fork } from 'node:child_process'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { peers } from './peers/index.ts'
import type { Peer, Reply, Request } from './peers/types.ts'
import { errorOverRms, least, rmsErrorOverRms } from './timing.ts'
import type { Row, Work } from './work.ts'

export interface ContestOptions {
  readonly rounds: number
  readonly threads: readonly number[]
  /** Of one contender in one round. */
  readonly milliseconds: number
  readonly peers: readonly string[] | undefined
  /** Lenslet in this form only. */
  readonly own: string | undefined
  readonly log: (text: string) => void
}

/** What came of one peer at one number of threads. */
export interface Entry {
  readonly peer: Peer
  readonly threads: number
  /** Least time of each round, ms; empty where it did not run. */
  readonly times: readonly number[]
  /** Least mean of a round: what a run took of all cores together, ms. On a busy machine the steadier figure. */
  readonly cpu: number
  readonly description?: string
  /** Against Lenslet's outputs at the same number of threads. */
  readonly error?: number
  /** Why there are no times. */
  readonly missing?: string
  /** It should have had some. */
  readonly failed?: boolean
}

export interface Result {
  readonly row: Row
  readonly entries: readonly Entry[]
}

/** Idle pools (onnxruntime's) spin for some milliseconds before they sleep. */
const settle = 30
const patience = 180_000
/** Whose runs take longer has two rounds; ms. */
const tedious = 1500

/**
 * What is taken for rounding, over the outputs' RMS. A forward pass sums thousands of products in different orders, and
 * Winograd adds to it: no output may differ by more. In training a ReLU or a maximum at its edge may fall either way, which
 * moves a few weights by a hundredth and the others not at all: there it is the differences' RMS.
 */
const judges: Readonly<Record<Work['kind'], { readonly error: typeof errorOverRms; readonly tolerance: number }>> = {
  forward: { error: errorOverRms, tolerance: 1e-3 },
  train: { error: rmsErrorOverRms, tolerance: 2e-3 },
}

/** A heavy row is held once for each number of threads, and has as many results. */
export async function contest(row: Row, options: ContestOptions): Promise<Result[]> {
  const sessions = row.heavy ? options.threads.map((count) => [count]) : [options.threads]
  const results: Result[] = []
  for (const threads of sessions) results.push({ row, entries: await hold(row, threads, options) })
  return results
}

async function hold(row: Row, threads: readonly number[], options: ContestOptions): Promise<Entry[]> {
  const { log, rounds, milliseconds } = options
  const takesPart = ({ name, own }: Peer) =>
    own
      ? (options.own ?? name) === name
      : (row.peers ?? [name]).includes(name) && (options.peers ?? [name]).includes(name)
  const seats = peers.filter(takesPart).flatMap((peer) => seatsOf(peer, row.work, threads))
  try {
    log(`${row.work.name}: setting up ${seats.length} contenders`)
    if (row.heavy) for (const seat of seats) await seat.start()
    else await Promise.all(seats.map((seat) => seat.start()))
    for (const seat of seats) {
      const ours =
        seats.find((other) => other.isOurs && other.threads === seat.threads) ?? seats.find((other) => other.isOurs)
      if (ours !== undefined) seat.compare(ours)
    }
    for (let round = 0; round < rounds; round++) {
      log(`${row.work.name}: round ${round + 1} of ${rounds}`)
      for (let turn = 0; turn < seats.length; turn++) await seats[(turn + round) % seats.length]?.round(milliseconds)
    }
    return seats.map((seat) => seat.entry())
  } finally {
    for (const seat of seats) seat.end()
  }
}

/** At each number of threads that it takes; who has one thread only sits once, whatever was asked. */
function seatsOf(peer: Peer, work: Work, threads: readonly number[]): Seat[] {
  const taken = threads.filter((count) => peer.refuses(work, count) === undefined)
  return (taken.length > 0 ? taken : [1]).map((count) => new Seat(peer, work, count))
}

/** A contender's process, seen from here. It has this process's engine flags. */
class Seat {
  readonly peer: Peer
  readonly threads: number
  readonly #work: Work
  readonly #times: number[] = []
  #cpu = Number.POSITIVE_INFINITY
  #child: ChildProcess | undefined
  #outputs: Float32Array | undefined
  #facts: { description?: string; error?: number; missing?: string; failed?: boolean } = {}

  constructor(peer: Peer, work: Work, threads: number) {
    this.peer = peer
    this.threads = threads
    this.#work = work
  }

  get isOurs(): boolean {
    return this.peer.own === true
  }

  async start(): Promise<void> {
    const { kind } = this.#work
    const refusal =
      this.peer.refuses(this.#work, this.threads) ?? (this.peer[kind] === undefined ? `has no ${kind}` : undefined)
    if (refusal !== undefined) {
      this.#facts.missing = refusal
      return
    }
    this.#child = fork(join(import.meta.dirname, 'child.ts'), {
      serialization: 'advanced',
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    })
    const reply = await this.#ask({ kind: 'start', peer: this.peer.name, work: this.#work, threads: this.threads })
    if (reply.kind !== 'ready') return
    this.#outputs = reply.outputs
    if (reply.description !== undefined) this.#facts.description = reply.description
  }

  /** A contender whose outputs differ is out: the time of a wrong answer says nothing. */
  compare(ours: Seat): void {
    if (this === ours || this.#outputs === undefined || ours.#outputs === undefined) return
    const judge = judges[this.#work.kind]
    const error = judge.error(ours.#outputs, this.#outputs)
    this.#facts.error = error
    if (error <= judge.tolerance) return
    this.#fail(`outputs differ from Lenslet's by ${error.toExponential(1)} of their RMS`)
  }

  async round(milliseconds: number): Promise<void> {
    const slow = this.#times.length >= 2 && least(this.#times) > tedious
    if (this.#child === undefined || slow) return
    await sleep(settle)
    const reply = await this.#ask({ kind: 'round', milliseconds })
    if (reply.kind !== 'times') return
    this.#times.push(reply.time)
    this.#cpu = Math.min(this.#cpu, reply.cpu)
  }

  entry(): Entry {
    const times = this.#facts.missing === undefined ? this.#times : []
    return { peer: this.peer, threads: this.threads, times, cpu: this.#cpu, ...this.#facts }
  }

  end(): void {
    this.#child?.kill()
    this.#child = undefined
  }

  async #ask(request: Request): Promise<Reply> {
    const child = this.#child as ChildProcess
    const reply = await new Promise<Reply>((resolve) => {
      const timer = setTimeout(() => done({ kind: 'failed', reason: `no answer in ${patience / 1000} s` }), patience)
      const gone = (code: number | null, signal: string | null) =>
        done({ kind: 'failed', reason: `its process ended with ${signal ?? `code ${code}`}` })
      const done = (message: Reply) => {
        clearTimeout(timer)
        child.off('message', done as (message: unknown) => void)
        child.off('exit', gone)
        resolve(message)
      }
      child.once('message', done as (message: unknown) => void)
      child.once('exit', gone)
      child.send(request)
    })
    if (reply.kind === 'failed') this.#fail(reply.reason)
    return reply
  }

  #fail(reason: string): void {
    this.#facts.missing = reason
    this.#facts.failed = true
    this.end()
  }
}
