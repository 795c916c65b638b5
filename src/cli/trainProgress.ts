/** What is seen while a network learns: a bar where a person watches, a line every few seconds where a file does. */

import cliProgress from 'cli-progress'
import { printCount, printPercent, printSeconds } from '../inspect/units.ts'
import type { EpochProgress, Progress } from '../train/progress.ts'
import type { Terminal } from './terminal.ts'

const firstLine = 5000
/** The longer it takes, the rarer the lines: each when it has taken a twentieth longer. */
const share = 1 / 20

export class TrainProgress {
  readonly #terminal: Terminal
  #bar: cliProgress.SingleBar | undefined
  readonly #began = performance.now()
  #next = performance.now() + firstLine
  #started = false
  #quiet = false

  constructor(terminal: Terminal) {
    this.#terminal = terminal
  }

  show(progress: Progress): void {
    if (progress.kind === 'step') this.#step(progress)
    else this.clear()
    if (progress.kind === 'epoch') this.#row(progress)
  }

  /** No more bars: the training is asked to stop, and words follow. */
  quiet(): void {
    this.#quiet = true
    this.clear()
  }

  /** Takes the bar away, so that words can follow. */
  clear(): void {
    this.#bar?.stop()
    this.#bar = undefined
  }

  #step(progress: Progress): void {
    if (this.#quiet) return
    if (this.#terminal.live) {
      this.#bar ??= newBar(progress)
      this.#bar.update(progress.stepInEpoch, { words: words(progress) })
      return
    }
    if (performance.now() < this.#next) return
    this.#next = performance.now() + Math.max(firstLine, share * (performance.now() - this.#began))
    const { epoch, epochs, step, steps } = progress
    this.#terminal.progress(`epoch ${epoch}/${epochs}, step ${step}/${steps}: ${words(progress)}`)
  }

  #row({ epoch, epochs, loss, accuracy, rate, evaluation, imagesPerSecond }: EpochProgress): void {
    const columns = ['epoch', 'loss', 'accuracy', 'test loss', 'test accuracy', 'rate', 'images/s']
    const test = evaluation.count === 0 ? ['–', '–'] : [evaluation.loss.toFixed(4), printPercent(evaluation.accuracy)]
    const row = [
      `${epoch}/${epochs}`,
      loss.toFixed(4),
      printPercent(accuracy),
      ...test,
      rate.toPrecision(3),
      printCount(Math.round(imagesPerSecond)),
    ]
    const line = (cells: readonly string[]) =>
      cells.map((cell, index) => cell.padStart(Math.max(9, (columns[index] as string).length))).join('  ')
    if (!this.#started) this.#terminal.say(line(columns))
    this.#started = true
    this.#terminal.say(line(row))
  }
}

/** One bar an epoch: the row of the epoch takes its place. */
function newBar({ epoch, epochs, stepsPerEpoch }: Progress): cliProgress.SingleBar {
  const bar = new cliProgress.SingleBar({
    format: `epoch ${epoch}/${epochs} {bar} {words}`,
    barCompleteChar: '█',
    barIncompleteChar: '░',
    barsize: 20,
    clearOnComplete: true,
    hideCursor: true,
    stream: process.stderr,
    // An interrupt is ours to handle: it saves a checkpoint.
    gracefulExit: false,
  })
  bar.start(stepsPerEpoch, 0, { words: '' })
  return bar
}

function words({ loss, accuracy, imagesPerSecond, secondsLeft }: Progress): string {
  return [
    `loss ${loss.toFixed(4)}`,
    `accuracy ${printPercent(accuracy)}`,
    `${printCount(Math.round(imagesPerSecond))} images/s`,
    `${printSeconds(secondsLeft)} left`,
  ].join(', ')
}
