/** The curves of a training: few points however long it gets, on one axis of epochs for training and test. */

import type { CurvePoint } from './messages.ts'

/** A line on a screen shows no more. */
const mostPoints = 600

interface Sum {
  epoch: number
  loss: number
  accuracy: number
  count: number
}

/** One line: means of `width` points each, which doubles when there are too many. */
export class Curve {
  readonly #points: Sum[] = []
  #width = 1

  add({ epoch, loss, accuracy }: CurvePoint): void {
    const last = this.#points.at(-1)
    if (last !== undefined && last.count < this.#width) {
      last.epoch = epoch
      last.loss += loss
      last.accuracy += accuracy
      last.count++
      return
    }
    this.#points.push({ epoch, loss, accuracy, count: 1 })
    if (this.#points.length <= mostPoints) return
    const pairs = this.#points.splice(0)
    for (let i = 0; i < pairs.length; i += 2) {
      const [first, second] = [pairs[i] as Sum, pairs[i + 1]]
      if (second === undefined) this.#points.push(first)
      else
        this.#points.push({
          epoch: second.epoch,
          loss: first.loss + second.loss,
          accuracy: first.accuracy + second.accuracy,
          count: first.count + second.count,
        })
    }
    this.#width *= 2
  }

  clear(): void {
    this.#points.length = 0
    this.#width = 1
  }

  get points(): readonly CurvePoint[] {
    return this.#points.map(({ epoch, loss, accuracy, count }) => ({
      epoch,
      loss: loss / count,
      accuracy: accuracy / count,
    }))
  }
}

/** What uPlot takes: x, and a value or a gap of each line for each x. */
export type Lines = [x: number[], train: (number | null)[], test: (number | null)[]]

export function linesOf(train: readonly CurvePoint[], test: readonly CurvePoint[], what: 'loss' | 'accuracy'): Lines {
  const lines: Lines = [[], [], []]
  const shown = ({ [what]: value }: CurvePoint) => (Number.isFinite(value) ? value : null)
  let [a, b] = [0, 0]
  while (a < train.length || b < test.length) {
    const [first, second] = [train[a], test[b]]
    const x = Math.min(first?.epoch ?? Number.POSITIVE_INFINITY, second?.epoch ?? Number.POSITIVE_INFINITY)
    lines[0].push(x)
    lines[1].push(first?.epoch === x ? shown(first) : null)
    lines[2].push(second?.epoch === x ? shown(second) : null)
    if (first?.epoch === x) a++
    if (second?.epoch === x) b++
  }
  return lines
}
