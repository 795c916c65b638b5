/** Progress of work that goes through images: how many, how fast, how long it will take. Nothing in the first seconds. */

import { printCount, printSeconds } from '../inspect/units.ts'
import type { Terminal } from './terminal.ts'

/** Milliseconds between two words: in a terminal they take the place of those before. */
const between = { live: 250, lines: 5000 }
const first = 1500

/** @param what is being done, in front of the numbers: `evaluated` */
export function imageProgress(terminal: Terminal, what: string): (done: number, all: number) => void {
  const began = performance.now()
  const pause = terminal.live ? between.live : between.lines
  let next = began + Math.max(first, pause)
  let isShown = false
  return (done, all) => {
    const now = performance.now()
    if (done === all && isShown) terminal.status('')
    if (done === all || now < next) return
    next = now + pause
    isShown = true
    const rate = done / Math.max(0.001, (now - began) / 1000)
    terminal.status(
      `${what} ${printCount(done)} of ${printCount(all)}: ${printCount(Math.round(rate))} images/s, ${printSeconds((all - done) / rate)} left`,
    )
  }
}
