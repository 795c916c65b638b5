/**
 * Standard output and standard error, whose reader may go away (`lenslet train … | head`, a terminal that is closed) or
 * have no room (a full disk). Work that leaves files goes on to its end without them; a command that only prints has
 * nothing left to do.
 */

/** Nobody reads any longer: the end of a pipe is closed, or the terminal is. */
const gone: readonly (string | undefined)[] = ['EPIPE', 'EIO', 'ECONNRESET', 'ERR_STREAM_DESTROYED']

export interface Streams {
  /**
   * The exit code of a command that has ended with `code`: what was to be printed and could not be is a failure, unless
   * its reader had left.
   */
  codeOf(code: number): Promise<number>
}

/** @param goesOn whether the command has more to do than to print */
export function guardStreams(goesOn: () => boolean): Streams {
  let failure: NodeJS.ErrnoException | undefined
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    const isGone = gone.includes(error.code)
    if (!isGone && failure === undefined) {
      failure = error
      // Said once, where it can be said.
      process.stderr.write(`error: cannot write to standard output: ${error.message}\n`)
    }
    if (!goesOn()) process.exit(isGone ? 0 : 1)
  })
  // There is no other place to say it.
  process.stderr.on('error', () => {})
  return {
    async codeOf(code) {
      // Errors of a write come with the next turn.
      await new Promise((resolve) => setImmediate(resolve))
      return code === 0 && failure !== undefined ? 1 : code
    },
  }
}
