/**
 * Ctrl-C, the end of a session, a terminal that is closed. The first asks for an end
 * from which the work can be resumed; the second ends the process at once.
 */

import { Stopped } from './errors.ts'

/** What shells say of a process that a signal ended. */
const codes = { SIGINT: 130, SIGTERM: 143, SIGHUP: 129 } as const

/** npm passes a Ctrl-C on to us though the terminal has told us already: what follows so soon is the same one. */
const sameMilliseconds = 700

export interface Interrupt {
  readonly signal: AbortSignal
  /** What `run` ends with where the signal was heeded. */
  stopped(): Stopped
  /** Leaves signals to Node again. */
  release(): void
}

export function onInterrupt(say: (words: string) => void): Interrupt {
  const controller = new AbortController()
  let code = 1
  let heard = 0
  const listen = (name: keyof typeof codes) => () => {
    code = codes[name]
    if (controller.signal.aborted) {
      if (performance.now() - heard < sameMilliseconds) return
      process.exit(code)
    }
    heard = performance.now()
    say('Stopping after this step. Press Ctrl-C again to stop at once.')
    controller.abort()
  }
  const listeners = (Object.keys(codes) as (keyof typeof codes)[]).map((name) => [name, listen(name)] as const)
  for (const [name, listener] of listeners) process.on(name, listener)
  return {
    signal: controller.signal,
    stopped: () => new Stopped(code),
    release() {
      for (const [name, listener] of listeners) process.off(name, listener)
    },
  }
}
