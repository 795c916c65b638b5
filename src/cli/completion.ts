/** `lenslet completion <shell>`: a completion script, generated from commander's own verbs and options. */

import { type Command, Option } from 'commander'
import { zoo } from '../zoo/zoo.ts'
import { bashScript, type CompletedOption, type CompletedVerb, fishScript, zshScript } from './completionScripts.ts'
import type { ChoiceReader } from './options.ts'
import { choice } from './options.ts'
import { Terminal } from './terminal.ts'
import { buildProgram } from './verbs.ts'

const scripts = { bash: bashScript, zsh: zshScript, fish: fishScript } as const
const shells = Object.keys(scripts) as (keyof typeof scripts)[]

export function define(command: Command): void {
  command
    .argument('<shell>', shells.join(', '), choice('<shell>', shells))
    .option('--json', 'one JSON object on stdout')
    .addHelpText('after', examples)
    .action(run)
}

const examples = `
Load it once in the file that your shell reads at its start:
  bash  ~/.bashrc                                  source <(lenslet completion bash)
  zsh   ~/.zshrc, after compinit                   source <(lenslet completion zsh)
  fish  ~/.config/fish/completions/lenslet.fish    lenslet completion fish | source`

async function run(shell: keyof typeof scripts, { json }: { readonly json?: boolean }): Promise<void> {
  const program = await buildProgram(() => true)
  const verbs = program.commands.map(describe)
  const script = scripts[shell](verbs)
  new Terminal(json === true).result({ shell, script }, () => script.trimEnd())
}

/** `plan <net>` and `zoo [name]` take names of networks; other arguments are files. */
const namesNetwork = (argument: string) => argument === 'net' || argument === 'name'

function describe(command: Command): CompletedVerb {
  const [first] = command.registeredArguments
  return {
    name: command.name(),
    says: command.description(),
    words: first !== undefined && namesNetwork(first.name()) ? zoo.names : wordsOf(first?.parseArg),
    options: [...command.options, new Option('-h, --help', 'show help')].map(describeOption),
  }
}

function describeOption({
  long,
  short,
  required,
  optional,
  description,
  argChoices,
  parseArg,
}: Option): CompletedOption {
  return {
    names: [long, short].flatMap((name) => name ?? []),
    says: description,
    takesValue: required || optional,
    words: argChoices ?? wordsOf(parseArg),
  }
}

/** The words of a `choice`. */
function wordsOf(reader: unknown): readonly string[] {
  return (reader as Partial<ChoiceReader<string>> | undefined)?.words ?? []
}
