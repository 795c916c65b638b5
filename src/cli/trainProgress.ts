/** Progress of a training: a bar in a terminal, a line every few seconds in a file or a pipe. */

import cliProgress from 'cli-progress'
import { printCount, printPercent, printSeconds } from '../inspect/units.ts'
import type { Progress } from '../train/progress.ts'
import { EpochRows } from './epochRows.ts'
import type { Terminal } from './terminal.ts'

const firstLine = 5000
/** The longer it takes, the rarer the lines: each when it has taken a twentieth longer. */
const share = 1 / 20

export class TrainProgress {
  readonly #terminal: Terminal
  readonly #rows: EpochRows
  #bar: cliProgress.SingleBar | undefined
  readonly #began = performance.now()
  #next = performance.now() + firstLine
  #quiet: boolean

  constructor(terminal: Terminal) {
    this.#terminal = terminal
    this.#rows = new EpochRows(terminal.width)
    this.#quiet = terminal.quiet
  }

  show(progress: Progress): void {
    if (progress.kind === 'step') this.#step(progress)
    else this.clear()
    for (const notice of progress.notices ?? []) this.#note(notice)
    if (progress.kind === 'epoch') for (const line of this.#rows.next(progress)) this.#terminal.say(line)
  }

  #note(text: string): void {
    this.clear()
    this.#terminal.hint(`note: ${text}`)
  }

  /** No more bars: the training is asked to stop, and text follows. */
  quiet(): void {
    this.#quiet = true
    this.clear()
  }

  /** Removes the bar, so that text can follow. */
  clear(): void {
    this.#bar?.stop()
    this.#bar = undefined
  }

  #step(progress: Progress): void {
    if (this.#quiet) return
    const { epoch, epochs, step, steps, stepInEpoch } = progress
    if (this.#terminal.live) {
      const columns = process.stderr.columns ?? 80
      this.#bar ??= newBar(progress, columns)
      // Before the words stand `epoch 12/60 `, the bar and a space.
      const room = columns - `epoch ${epoch}/${epochs} `.length - barSize(columns) - 2
      this.#bar.update(stepInEpoch, { words: stepWords(progress, room) })
      return
    }
    if (performance.now() < this.#next) return
    this.#next = performance.now() + Math.max(firstLine, share * (performance.now() - this.#began))
    this.#terminal.progress(
      `epoch ${epoch}/${epochs}, step ${step}/${steps}: ${stepWords(progress, Number.POSITIVE_INFINITY)}`,
    )
  }
}

/** Half of the cells of a narrow terminal belong to the words. */
function barSize(columns: number): number {
  return columns >= 90 ? 20 : columns >= 56 ? 10 : 5
}

/** One bar an epoch: the row of the epoch takes its place. */
function newBar({ epoch, epochs, stepsPerEpoch }: Progress, columns: number): cliProgress.SingleBar {
  const bar = new cliProgress.SingleBar({
    format: `epoch ${epoch}/${epochs} {bar} {words}`,
    barCompleteChar: '█',
    barIncompleteChar: '░',
    barsize: barSize(columns),
    clearOnComplete: true,
    hideCursor: true,
    stream: process.stderr,
    // An interrupt is ours to handle: it saves a checkpoint.
    gracefulExit: false,
  })
  bar.start(stepsPerEpoch, 0, { words: '' })
  return bar
}

/** As much as `room` columns hold, the most important first. */
export function stepWords(
  {
    loss,
    accuracy,
    imagesPerSecond,
    secondsLeft,
  }: Pick<Progress, 'loss' | 'accuracy' | 'imagesPerSecond' | 'secondsLeft'>,
  room: number,
): string {
  const parts = [
    { text: `loss ${loss.toFixed(4)}`, rank: 2 },
    ...(Number.isNaN(accuracy) ? [] : [{ text: `accuracy ${printPercent(accuracy)}`, rank: 3 }]),
    { text: `${printCount(Math.round(imagesPerSecond))} images/s`, rank: 4 },
    { text: `${printSeconds(secondsLeft)} left`, rank: 1 },
  ]
  for (let most = 4; ; most--) {
    const text = parts
      .filter(({ rank }) => rank <= most)
      .map((part) => part.text)
      .join(', ')
    if (text.length <= room || most <= 1) return text
  }
}
