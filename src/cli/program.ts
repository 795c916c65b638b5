/** The command line: dispatches the verb, and reports errors. */

import { CommanderError } from 'commander'
import { closest } from '../core/suggest.ts'
import { beginCall, ownHelp } from './call.ts'
import { exitCodeOf, explain, Stopped, UsageError } from './errors.ts'
import { printableLines } from './printable.ts'
import { buildProgram, verbs } from './verbs.ts'

/** Runs a command line without the program's name; the answer is the exit code. */
export async function run(words: readonly string[]): Promise<number> {
  try {
    await parse(words)
    return 0
  } catch (error) {
    if (error instanceof CommanderError && error.exitCode === 0) return 0
    const said = error instanceof CommanderError ? asUsageError(error, words) : error
    if (!(said instanceof Stopped)) process.stderr.write(`${printableLines(explain(said), false)}\n`)
    return exitCodeOf(said)
  }
}

async function parse(words: readonly string[]): Promise<void> {
  const chosen = chosenVerb(words)
  beginCall({ verb: verbs.some(({ name }) => name === chosen) ? chosen : undefined, quiet: false })
  if (words[0] === 'help' && chosen !== undefined && !verbs.some(({ name }) => name === chosen))
    throw unknownVerb(chosen, words)
  const program = await buildProgram(({ name }) => name === chosen)
  // Errors are printed by `run`, all in one form.
  for (const command of [program, ...program.commands])
    command.exitOverride().configureOutput({ outputError: () => {} })
  program.hook('preAction', (_, command) => {
    const { quiet, json } = command.opts()
    beginCall({ verb: command.name(), quiet: quiet === true, json: json === true })
  })
  await program.parseAsync(words, { from: 'user' })
}

/** `plan` of `plan lenet5`, `help plan` and `--help plan`. */
function chosenVerb(words: readonly string[]): string | undefined {
  return words.find((word) => !word.startsWith('-') && word !== 'help')
}

/** commander's `error: unknown option '--bach'\n(Did you mean --batch?)` in the form of all our errors. */
function asUsageError({ code, message }: CommanderError, words: readonly string[]): UsageError {
  const received = `lenslet ${words.join(' ')}`.trimEnd()
  if (code === 'commander.help')
    return new UsageError('a verb is missing', { received, expected: names(), advice: 'lenslet --help' })
  const [, what = message, near] = /^(?:error: )?(.*?)(?:\n?\(Did you mean (.*?)\?\))?$/s.exec(message) ?? []
  const verb = verbs.find(({ name }) => name === chosenVerb(words))
  const nearest = near ?? (verb === undefined ? nearestVerb(words) : undefined)
  return new UsageError(what, {
    received,
    ...(verb === undefined ? { expected: names() } : {}),
    advice: nearest === undefined ? ownHelp() : `did you mean ${nearest}?`,
  })
}

/** commander would print all of its help instead. */
function unknownVerb(word: string, words: readonly string[]): UsageError {
  const near = nearestVerb(words)
  return new UsageError(`unknown command '${word}'`, {
    received: `lenslet ${words.join(' ')}`,
    expected: names(),
    advice: near === undefined ? 'lenslet --help' : `did you mean ${near}?`,
  })
}

function nearestVerb(words: readonly string[]): string | undefined {
  const word = chosenVerb(words)
  return word === undefined
    ? undefined
    : closest(
        word.toLowerCase(),
        verbs.map(({ name }) => name),
      )
}

function names(): string {
  return verbs.map(({ name }) => name).join(', ')
}
