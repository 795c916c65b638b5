/** The command line: verbs by name, help, and what becomes of errors. A verb's file is loaded only when it is called. */

import { readFile } from 'node:fs/promises'
import { Command, CommanderError } from 'commander'
import { exitCodeOf, explain, Stopped, UsageError } from './errors.ts'

interface Verb {
  readonly name: string
  readonly says: string
  load(): Promise<{ define(command: Command): void }>
}

const verbs: readonly Verb[] = [
  { name: 'plan', says: 'what a network costs, before anything runs', load: () => import('./plan.ts') },
  { name: 'init', says: 'look at a folder of pictures, and write a network for it', load: () => import('./init.ts') },
  { name: 'train', says: 'train a network, with checkpoints and a report', load: () => import('./train.ts') },
  { name: 'eval', says: 'how well a model does on pictures with labels', load: () => import('./eval.ts') },
  { name: 'predict', says: 'the likeliest classes of pictures', load: () => import('./predict.ts') },
  { name: 'zoo', says: 'networks known by name, their cost and their notation', load: () => import('./zoo.ts') },
  { name: 'bench', says: 'how fast this machine computes, predicts and trains', load: () => import('./bench.ts') },
  { name: 'doctor', says: 'what runs on this machine, and why not more', load: () => import('./doctor.ts') },
]

/** Runs a command line without the program's name; the answer is the exit code. */
export async function run(words: readonly string[]): Promise<number> {
  try {
    await parse(words)
    return 0
  } catch (error) {
    if (error instanceof CommanderError && error.exitCode === 0) return 0
    const said = error instanceof CommanderError ? asUsageError(error, words) : error
    if (!(said instanceof Stopped)) process.stderr.write(`${explain(said)}\n`)
    return exitCodeOf(said)
  }
}

async function parse(words: readonly string[]): Promise<void> {
  const program = new Command('lenslet')
    .description('ConvNets in the notation of the CS231n notes: planned, trained, measured, saved.')
    .version(await version(), '-V, --version', 'the version of this package')
    .exitOverride()
    // Errors are said by `run`, all in one form.
    .configureOutput({ outputError: () => {} })
    .addHelpText(
      'after',
      "\n'lenslet <verb> --help' tells what a verb takes.\nExit codes: 0 done, 1 the work failed, 2 the call was wrong.",
    )
  const chosen = chosenVerb(words)
  for (const verb of verbs) {
    const command = program.command(verb.name).description(verb.says)
    if (verb.name === chosen) (await verb.load()).define(command)
  }
  await program.parseAsync(words, { from: 'user' })
}

/** `plan` of `plan lenet5`, `help plan` and `--help plan`. */
function chosenVerb(words: readonly string[]): string | undefined {
  return words.find((word) => !word.startsWith('-') && word !== 'help')
}

async function version(): Promise<string> {
  const manifest = await readFile(new URL('../../package.json', import.meta.url), 'utf8')
  return (JSON.parse(manifest) as { version: string }).version
}

/** commander's `error: unknown option '--bach'\n(Did you mean --batch?)` in the form of all our errors. */
function asUsageError({ code, message }: CommanderError, words: readonly string[]): UsageError {
  const received = `lenslet ${words.join(' ')}`.trimEnd()
  if (code === 'commander.help')
    return new UsageError('a verb is missing', { received, expected: names(), advice: 'lenslet --help' })
  const [, what = message, near] = /^(?:error: )?(.*?)(?:\n?\(Did you mean (.*?)\?\))?$/s.exec(message) ?? []
  const verb = verbs.find(({ name }) => name === chosenVerb(words))
  return new UsageError(what, {
    received,
    ...(verb === undefined ? { expected: names() } : {}),
    advice: near === undefined ? `lenslet ${verb === undefined ? '' : `${verb.name} `}--help` : `did you mean ${near}?`,
  })
}

function names(): string {
  return verbs.map(({ name }) => name).join(', ')
}
