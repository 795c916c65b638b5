/** The verbs, and the program that commander makes of them. A verb's file is loaded only where its options are needed. */

import { readFile } from 'node:fs/promises'
import { Command } from 'commander'

export interface Verb {
  readonly name: string
  readonly says: string
  /** It writes files, so it goes on when its output is no longer read. */
  readonly leavesFiles?: true
  load(): Promise<{ define(command: Command): void }>
}

export const verbs: readonly Verb[] = [
  { name: 'plan', says: 'show what a network costs, before anything runs', load: () => import('./plan.ts') },
  {
    name: 'init',
    says: 'look at a folder of images, and write a network for it',
    leavesFiles: true,
    load: () => import('./init.ts'),
  },
  {
    name: 'train',
    says: 'train a network, with checkpoints and a report',
    leavesFiles: true,
    load: () => import('./train.ts'),
  },
  {
    name: 'search',
    says: 'try values of options and variables of a network',
    leavesFiles: true,
    load: () => import('./search.ts'),
  },
  { name: 'eval', says: 'measure how well a model does on labelled images', load: () => import('./eval.ts') },
  { name: 'predict', says: 'predict the classes of images', load: () => import('./predict.ts') },
  {
    name: 'look',
    says: 'look inside: what a network sees in an image, as words, pictures and a page',
    leavesFiles: true,
    load: () => import('./look.ts'),
  },
  {
    name: 'studio',
    says: 'open the Studio: design, train and look inside, in the browser',
    load: () => import('./studio.ts'),
  },
  {
    name: 'convert',
    says: 'convert models, weights and networks from one format to another',
    leavesFiles: true,
    load: () => import('./convert.ts'),
  },
  {
    name: 'zoo',
    says: 'list networks known by name with their cost, or print one',
    load: () => import('./zoo.ts'),
  },
  {
    name: 'bench',
    says: 'measure how fast this machine computes, predicts and trains',
    load: () => import('./bench.ts'),
  },
  { name: 'doctor', says: 'check what runs on this machine, and why not more', load: () => import('./doctor.ts') },
  {
    name: 'completion',
    says: 'print a completion script for bash, zsh or fish',
    load: () => import('./completion.ts'),
  },
]

/** The whole command line. Only the chosen verbs get their arguments and options; the others are names with a sentence. */
export async function buildProgram(chosen: (verb: Verb) => boolean): Promise<Command> {
  const program = new Command('lenslet')
    .description('Convolutional networks in the notation of the CS231n notes: plan, train, evaluate, predict.')
    .version(await version(), '-V, --version', 'print the version of this package')
    .addHelpText(
      'after',
      "\n'lenslet <verb> --help' lists the options of a verb.\nExit codes: 0 done, 1 the work failed, 2 the command line is wrong.",
    )
  for (const verb of verbs) {
    const command = program.command(verb.name).description(verb.says)
    if (!chosen(verb)) continue
    ;(await verb.load()).define(command)
    if (!command.options.some(({ long }) => long === '--quiet'))
      command.option('-q, --quiet', 'print only the result, warnings and errors')
  }
  return program
}

async function version(): Promise<string> {
  const manifest = await readFile(new URL('../../package.json', import.meta.url), 'utf8')
  return (JSON.parse(manifest) as { version: string }).version
}
