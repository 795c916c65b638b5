/** Watching a run while it trains: the live report in a browser (`--watch`), and event files for TensorBoard. */

import { join } from 'node:path'
import type { Command } from 'commander'
import { EventLog } from '../exchange/node/eventLog.ts'
import { liveHtml } from '../inspect/report/live.ts'
import { printCount, printPercent, printSeconds } from '../inspect/units.ts'
import type { Progress } from '../train/progress.ts'
import { readCall } from './errors.ts'
import { refused } from './options.ts'
import type { RunFiles } from './runFolder.ts'
import type { Terminal } from './terminal.ts'
import { WatchServer } from './watchServer.ts'

/** `true` where the option has no value. */
export interface WatchCall {
  readonly watch?: number | true
  readonly tensorboard?: string | true
}

export function addWatchOptions(command: Command): void {
  command
    .option('--watch [port]', 'serve the live report to a browser on this machine; default: any free port', port)
    .option('--tensorboard [folder]', 'write event files for TensorBoard; default: tensorboard in the run’s folder')
}

function port(text: string): number {
  const value = Number(text)
  if (text.trim() !== '' && Number.isInteger(value) && value >= 0 && value <= 65535) return value
  throw refused('--watch', text, 'a port from 1 to 65535, or 0 for any free one')
}

/** Milliseconds between two contents of the page. */
const between = 1000

export class RunWatchers {
  readonly #title: string
  readonly #tensorboard: string | true | undefined
  readonly #server: WatchServer | undefined
  #log: EventLog | undefined
  #next = 0
  #last: Progress | undefined
  #notes: readonly string[] = []

  private constructor(title: string, { tensorboard }: WatchCall, server: WatchServer | undefined) {
    this.#title = title
    this.#tensorboard = tensorboard
    this.#server = server
  }

  /** Throws `UsageError` for a port that cannot be had. */
  static async open(call: WatchCall, title: string, terminal: Terminal): Promise<RunWatchers> {
    const { watch } = call
    if (watch === undefined) return new RunWatchers(title, call, undefined)
    const server = await readCall(() => WatchServer.start(watch === true ? 0 : watch, title))
    terminal.progress(`The live report is at ${server.address}`)
    return new RunWatchers(title, call, server)
  }

  /** Begins the files, when the run has a folder. Throws `FileError`. */
  async begin({ folder, report }: Pick<RunFiles, 'folder' | 'report'>, terminal: Terminal): Promise<void> {
    this.#notes = [`run: ${folder}`, `At the end, the whole report is ${report}`]
    if (this.#tensorboard === undefined) return
    const place = this.#tensorboard === true ? join(folder, 'tensorboard') : this.#tensorboard
    this.#log = await EventLog.open(place)
    terminal.progress(`For TensorBoard: tensorboard --logdir ${place}`)
  }

  async show(progress: Progress): Promise<void> {
    this.#last = progress
    await this.#log?.add(progress.records)
    const now = performance.now()
    if (!this.#server?.isWatched || (progress.kind === 'step' && now < this.#next)) return
    this.#next = now + between
    this.#server.show(this.#contents(progress))
  }

  /** Sends the last contents, and ends. Throws nothing. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#server?.end(this.#last && this.#contents(this.#last))
  }

  #contents(progress: Progress): string {
    const { records, stepsPerEpoch, best } = progress
    return liveHtml({
      title: this.#title,
      figures: figuresOf(progress),
      notes: this.#notes,
      records,
      stepsPerEpoch,
      best,
    })
  }
}

function figuresOf(progress: Progress): readonly { value: string; says: string }[] {
  const { epoch, epochs, step, steps, loss, accuracy, rate, imagesPerSecond, secondsLeft, best } = progress
  return [
    { value: `${epoch}/${epochs}`, says: 'epoch' },
    { value: loss.toFixed(4), says: 'training loss' },
    ...(Number.isNaN(accuracy) ? [] : [{ value: printPercent(accuracy), says: 'training accuracy' }]),
    ...(best?.accuracy === undefined
      ? []
      : [{ value: printPercent(best.accuracy), says: `${best.split} accuracy, epoch ${best.epoch}` }]),
    { value: rate.toPrecision(3), says: 'learning rate' },
    { value: printCount(Math.round(imagesPerSecond)), says: 'images per second' },
    { value: `${printCount(step)}/${printCount(steps)}`, says: 'steps' },
    { value: progress.kind === 'done' ? '–' : printSeconds(secondsLeft), says: 'left' },
  ]
}
