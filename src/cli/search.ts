/**
 * `lenslet search <net> --data <data> --try rate=1e-4..1e-1`: random search (Bergstra and Bengio 2012) with successive halving, in a
 * folder from which it can go on at any time.
 */

import type { Command } from 'commander'
import { platform } from '#platform'
import { LensletError } from '../core/errors.ts'
import { counted, printable } from '../core/text.ts'
import { addDataOptions, dataHelp } from './data.ts'
import { readCall } from './errors.ts'
import { pictureSize, sizeHelp } from './fitNetwork.ts'
import { epochsOf, rungsOf } from './halving.ts'
import { type Interrupt, onInterrupt } from './interrupt.ts'
import { commandName } from './machine.ts'
import { choice, exactHelp, whole } from './options.ts'
import { reportFile, type SearchState } from './searchFolder.ts'
import { failuresOf, ranked, runSearch } from './searchRun.ts'
import { readTry, type SearchSpace, type Try } from './searchSpace.ts'
import { openSearch, type SearchCall } from './searchStart.ts'
import { jsonOf, reportOf, words } from './searchWords.ts'
import { Terminal } from './terminal.ts'
import { threadCount } from './threadCount.ts'
import { addLearningOptions } from './trainSettings.ts'
import { quoted } from './trainWords.ts'

export function define(command: Command): void {
  command
    .argument('[net]', 'as for train; variables in the notation are written in braces: CONV3-{width}')
    .option('--data <data>', dataHelp)
    .option(
      '--try <name=values>',
      'a variable of the network or an option, and what to try: rate=1e-4..1e-1 (logarithmic), width=16..64:8 (multiples of 8), dropout=0..0.5:linear, "optimizer=adam|nesterov". Repeat it for more. Default: the rate and the weight decay',
      collect,
    )
    .option('--trials <n>', 'how many; default 16', whole('--trials', 1))
    .option('--keep-one-in <n>', 'how many trials go on after each rung; default one in 3', whole('--keep-one-in', 2))
    .option('--first-epochs <n>', 'epochs of the first rung', whole('--first-epochs', 1))
    .option(
      '--by <measure>',
      'compare trials by validation loss (default) or accuracy',
      choice('--by', ['loss', 'accuracy']),
    )
    .option('--size <size>', sizeHelp, pictureSize('--size'))
    .option('--out <folder>', 'folder of the search; default searches/<net>-<data>-<time>')
    .option('--resume <folder>', 'continue a search that was stopped')
    .option('--threads <n>', 'workers; never changes the result', threadCount)
    .option('--exact', exactHelp)
    .option('--json', 'one JSON object on stdout; progress on stderr')
  addLearningOptions(command)
  addDataOptions(command)
  command.addHelpText('after', examples).action(run)
}

const examples = `
Examples:
  lenslet search lenet5 --data mnist
  lenslet search cifar-small --data cifar10 --epochs 9 --trials 27 --try rate=1e-3..1 --try weight-decay=1e-6..1e-2
  lenslet search "INPUT 32x32x3 -> CONV3-{width} -> RELU -> POOL2 -> CONV3-{2*width} -> RELU -> GAP -> FC-10" \\
    --data cifar10 --try width=8..64:8 --try rate=1e-4..1e-1
  lenslet search --resume searches/lenet5-mnist-20261127-101500`

function collect(text: string, before: SearchSpace = {}): SearchSpace {
  const [name, value]: readonly [string, Try] = readTry(text)
  return { ...before, [name]: value }
}

async function run(net: string | undefined, call: SearchCall): Promise<void> {
  const terminal = new Terminal(call.json === true)
  const interrupt = onInterrupt((text) => terminal.progress(text))
  try {
    await search(net, call, terminal, interrupt)
  } finally {
    interrupt.release()
  }
}

async function search(
  net: string | undefined,
  call: SearchCall,
  terminal: Terminal,
  interrupt: Interrupt,
): Promise<void> {
  const { folder, state, lock } = await readCall(() => openSearch(net, call))
  try {
    terminal.say(introduction(folder, state))
    const ended = await runSearch({ folder, state, threads: call.threads }, terminal, interrupt).catch((error) => {
      if (!interrupt.signal.aborted) throw error
      const resume = `${commandName()} search --resume ${quoted(folder)}`
      terminal.hint(`Stopped; to resume: ${resume}`)
      throw interrupt.stopped()
    })
    const [best] = ranked(ended)
    await lock.check()
    await platform.writeFileAtomic(reportFile(folder), new TextEncoder().encode(reportOf({ folder, state: ended })))
    if (best === undefined || best.failed !== undefined) {
      throw new LensletError('no trial could be trained', {
        received: failuresOf(ended.results),
        expected: 'at least one trial without an error',
        advice: 'lower rates, smaller networks, or a smaller batch',
      })
    }
    const found = { folder, state: ended }
    terminal.result(jsonOf(found), () => words(found, terminal))
  } finally {
    await lock.release()
  }
}

function introduction(folder: string, state: SearchState): string {
  const { trials, epochs, keep, first, space, results } = state
  const rungs = rungsOf(trials, epochs, keep, first)
  const done = results.length === 0 ? '' : `; ${counted(results.length, 'result')} so far`
  return [
    `Trying ${Object.keys(space).map(printable).join(', ')} in ${counted(trials, 'trial')}: ${rungs.map((rung) => `${rung.trials} up to epoch ${rung.epochs}`).join(', ')}`,
    `That is ${counted(epochsOf(rungs), 'epoch')} in all${done}`,
    `folder: ${printable(folder)}`,
  ].join('\n')
}
