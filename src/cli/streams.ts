/**
 * Standard output and standard error. Their reader may go away (`lenslet train … | head`, a closed terminal), or the disk
 * may be full. Commands that write files then run to completion without them; a command that only prints has nothing left
 * to do.
 */

/** The reader has gone: the end of a pipe is closed, or the terminal is. */
const gone: readonly (string | undefined)[] = ['EPIPE', 'EIO', 'ECONNRESET', 'ERR_STREAM_DESTROYED']

export interface Streams {
  /**
   * The exit code of a command that has ended with `code`. A result that could not be printed is a failure, unless its
   * reader had left; a description of files that are there is not.
   */
  codeOf(code: number): Promise<number>
}

/** What a command has in addition to its text. */
export interface Work {
  /** The command writes files, so it continues. */
  readonly leavesFiles: boolean
  /** What it prints is its result. */
  readonly printsResult: boolean
}

/** @param work of the command that runs, asked when something cannot be printed */
export function guardStreams(work: () => Work): Streams {
  let failure: NodeJS.ErrnoException | undefined
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    const { leavesFiles } = work()
    const isGone = gone.includes(error.code)
    if (!isGone && failure === undefined) {
      failure = error
      // Reported once.
      const goesOn = leavesFiles ? '; the work continues' : ''
      process.stderr.write(`error: cannot write to standard output: ${error.message}${goesOn}\n`)
    }
    if (!leavesFiles) process.exit(isGone ? 0 : 1)
  })
  // There is nowhere else to report it.
  process.stderr.on('error', () => {})
  return {
    async codeOf(code) {
      // Errors of a write come with the next turn.
      await new Promise((resolve) => setImmediate(resolve))
      return code === 0 && failure !== undefined && work().printsResult ? 1 : code
    },
  }
}
