/** State of the current call: the verb, and whether --quiet was given. */

interface Call {
  /** `plan`, `train`, …; undefined before one is recognized. */
  readonly verb: string | undefined
  /** `--quiet`: results, warnings and errors only. */
  readonly quiet: boolean
  /** `--json`: what is printed is the result, and not a description of it. */
  readonly json?: boolean
}

let current: Call = { verb: undefined, quiet: false }

/** Called once at the start of each command line, and again once its options are read. */
export function beginCall(call: Call): void {
  current = call
}

export function currentCall(): Call {
  return current
}

/** `lenslet bench --help`, of the verb that was called: where an error sends its reader. */
export function ownHelp(): string {
  return current.verb === undefined ? 'lenslet --help' : `lenslet ${current.verb} --help`
}
