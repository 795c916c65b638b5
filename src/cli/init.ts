/** `lenslet init <folder>`: looks at a folder of pictures, writes a network for it, and says how to train it, with reasons. */

import { existsSync } from 'node:fs'
import { basename, resolve } from 'node:path'
import type { Command } from 'commander'
import { platform } from '#platform'
import { chooseThreads } from '../backends/wasm/threads.ts'
import { counted, printable } from '../core/text.ts'
import { expandHome } from '../data/node/home.ts'
import { MemoryBudget } from '../data/node/memory.ts'
import { type Survey, surveyImages } from '../data/node/survey.ts'
import { printBytes, printCount, printShort } from '../inspect/units.ts'
import { parse } from '../notation/parse.ts'
import { cost } from '../plan/cost.ts'
import { plan } from '../plan/plan.ts'
import { readCall, UsageError } from './errors.ts'
import { surveyNotices, surveyTable } from './initWords.ts'
import { onInterrupt } from './interrupt.ts'
import { commandName } from './machine.ts'
import { bytes, memoryDefault } from './options.ts'
import { type Recommendation, recommend } from './recommend.ts'
import { median } from './recommendInput.ts'
import { Terminal } from './terminal.ts'
import { quoted } from './trainWords.ts'

interface InitCall {
  readonly out?: string
  readonly force?: boolean
  /** Bytes. */
  readonly memoryLimit?: number
  readonly json?: boolean
}

export function define(command: Command): void {
  command
    .argument('<folder>', 'a folder of images, one folder per class')
    .option('--out <file>', 'where the network is written; default: the name of the folder with .net, here')
    .option('--force', 'write over a file that exists')
    .option('--memory-limit <amount>', `most memory for decoding: 2GB; ${memoryDefault}`, bytes('--memory-limit'))
    .option('--json', 'one JSON object on stdout')
    .addHelpText('after', examples)
    .action(run)
}

const examples = `
Examples:
  lenslet init photos                     writes photos.net, and prints the command that trains it
  lenslet init photos --out nets/cats.net`

async function run(given: string, call: InitCall): Promise<void> {
  const terminal = new Terminal(call.json === true)
  const folder = expandHome(given.replace(/^images:/, ''))
  const file = call.out ?? `${basename(resolve(folder))}.net`
  if (existsSync(file) && call.force !== true) {
    throw new UsageError(`${printable(file)} already exists`, {
      received: call.out === undefined ? `a folder whose network would be ${file}` : `--out ${file}`,
      expected: 'a file that does not exist yet',
      advice: '--out another file, or --force to write over it',
    })
  }
  const survey = await look(folder, terminal, new MemoryBudget(call.memoryLimit))
  const advice = recommend(survey)
  const network = parse(advice.notation)
  const notices = surveyNotices(folder, survey)
  await platform.writeFileAtomic(file, new TextEncoder().encode(fileText(folder, survey, advice)))
  const skip = survey.broken.length > 0 ? ['--skip-bad'] : []
  const words = ['train', file, '--data', `images:${folder}`, ...advice.options, ...skip]
  const command = `${commandName()} ${words.map(quoted).join(' ')}`
  const { totals } = cost(network)
  const batch = Number(advice.options[advice.options.indexOf('--batch') + 1])
  const training = plan(network, {
    batch,
    threads: chooseThreads().threads,
    mode: 'training',
    optimizer: 'nesterov',
  })
  const value = {
    folder,
    classes: survey.classes,
    count: survey.count,
    sizes: sizesOf(survey),
    color: survey.color,
    gray: survey.count - survey.color,
    broken: survey.broken.map((error) => ({ file: error.file, reason: error.received ?? '' })),
    duplicates: survey.duplicates,
    network: { file, notation: advice.notation, parameters: totals.parameters, macs: totals.macs },
    trainingBytes: training.arenaBytes,
    reasons: advice.reasons,
    notices,
    next: [command],
  }
  terminal.result(value, () =>
    [
      surveyTable(terminal, folder, survey, sizesOf(survey)),
      ...notices.map((notice) => `note: ${printable(notice)}`),
      '',
      `${terminal.bold(printable(file))}: a residual network for ${counted(survey.classes.length, 'class', 'classes')}, ${printCount(totals.parameters)} parameters, ${printShort(totals.macs)} MACs per image; training takes ${printBytes(training.arenaBytes)}`,
      ...advice.reasons.map((reason) => `  ${reason}`),
      '',
      'Train it:',
      `  ${command}`,
    ].join('\n'),
  )
}

async function look(folder: string, terminal: Terminal, memory: MemoryBudget): Promise<Survey> {
  const interrupt = onInterrupt((words) => terminal.progress(words))
  let next = performance.now() + 1000
  try {
    const survey = await readCall(() =>
      surveyImages(folder, {
        signal: interrupt.signal,
        memory,
        onProgress: ({ looked, total }) => {
          if (performance.now() < next) return
          next = performance.now() + 2000
          terminal.progress(`${printable(folder)}: looked at ${printCount(looked)} of ${printCount(total)} images`)
        },
      }),
    )
    if (survey.count > 0) return survey
    throw new UsageError(`${printable(folder)} holds no image that can be read`, {
      received: `${survey.broken.length} files, all of them broken`,
      expected: 'images',
      advice: 'open one in a viewer, and save the images again',
    })
  } catch (error) {
    if (interrupt.signal.aborted && error === interrupt.signal.reason) throw interrupt.stopped()
    throw error
  } finally {
    interrupt.release()
  }
}

/** By area, and the median by side. */
function sizesOf({ sizes }: Survey) {
  const half = (pick: (size: Survey['sizes'][number]) => number) => median(sizes.map(pick))
  return {
    smallest: sizes[0] as Survey['sizes'][number],
    median: { height: half(({ height }) => height), width: half(({ width }) => width) },
    largest: sizes.at(-1) as Survey['sizes'][number],
  }
}

/** The network with what was found as comments. Line ends in names would end a comment. */
function fileText(folder: string, { classes, count }: Survey, { notation, reasons }: Recommendation): string {
  const names = classes.slice(0, 20).map(({ name }) => printable(name))
  const more = classes.length > 20 ? `, and ${classes.length - 20} more` : ''
  return [
    `# For ${printable(basename(resolve(folder)))}: ${count} images, ${counted(classes.length, 'class', 'classes')} (${names.join(', ')}${more}).`,
    ...reasons.map((reason) => `# - ${reason}`),
    notation,
    '',
  ].join('\n')
}
