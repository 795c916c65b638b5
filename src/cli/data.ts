/** `--data` and its options: opens a data set, says what is being fetched, and tells a wrong call from data that failed. */

import { existsSync } from 'node:fs'
import { resolve } from 'node:path'
import { type Command, Option } from 'commander'
import type { Dataset } from '../data/dataset.ts'
import { LayoutError, UnknownDatasetError } from '../data/errors.ts'
import { expandHome } from '../data/node/home.ts'
import type { SplitFiles } from '../data/node/images.ts'
import { datasetForms, openDataset } from '../data/node/open.ts'
import type { SplitOptions } from '../data/node/splitting.ts'
import type { PictureSize } from '../data/resize.ts'
import { printBytes, printCount, printSeconds } from '../inspect/units.ts'
import { readCall } from './errors.ts'
import { bytes, fraction, memoryDefault, whole } from './options.ts'
import type { Terminal } from './terminal.ts'

export const dataHelp = `${datasetForms.map(({ usage }) => usage).join(', ')}, or cifar10:FOLDER, mnist:FOLDER`

/** What the command line says about the data besides its name. Plain JSON, so that a run can keep it. */
export interface DataOptions extends SplitOptions {
  readonly skipBroken?: boolean | undefined
  /** Path of a CSV file with the labels. */
  readonly labels?: string | undefined
  /** Path of a file with names for WordNet's numbers. */
  readonly synsets?: string | undefined
  /** Decoded images stay on the disk even if they fit into memory. */
  readonly keepDecoded?: boolean | undefined
  /** Bytes. */
  readonly memoryLimit?: number | undefined
}

interface Row {
  readonly name: keyof DataOptions
  readonly option: string
  readonly help: string
  readonly read: ((text: string) => unknown) | undefined
  /** What it was called before: still understood, no longer shown. */
  readonly former?: string
}

const rows: readonly Row[] = [
  {
    name: 'labels',
    option: '--labels <csv>',
    help: 'table of labels for the images of a folder, in place of class folders: file,label or file,labels or file,x,y',
    read: place,
  },
  {
    name: 'synsets',
    option: '--synsets <file>',
    help: "names for folders that are called by WordNet's numbers; default: synset_words.txt of the folder",
    read: place,
  },
  {
    name: 'testFraction',
    option: '--test-fraction <x>',
    help: 'part of each class held out as test images where the folder has none; default 0.2',
    read: fraction('--test-fraction'),
  },
  {
    name: 'validationFraction',
    option: '--validation <x>',
    former: '--validation-fraction <x>',
    help: 'part of each class held out as validation images, for early stopping and the best weights; default 0',
    read: fraction('--validation'),
  },
  {
    name: 'splitSeed',
    option: '--split-seed <n>',
    help: 'seed of that choice; default 0',
    read: whole('--split-seed', 0),
  },
  {
    name: 'skipBroken',
    option: '--skip-bad',
    former: '--skip-broken',
    help: 'leave out images that cannot be read, and say how many',
    read: undefined,
  },
  {
    name: 'keepDecoded',
    option: '--keep-decoded',
    help: 'keep the decoded images on the disk even if they fit into memory: the next start is faster',
    read: undefined,
  },
  {
    name: 'memoryLimit',
    option: '--memory-limit <amount>',
    help: `most memory for the images and their decoding: 8GB; ${memoryDefault}; what is more is read from the disk`,
    read: bytes('--memory-limit'),
  },
]

/** Adds the options of `DataOptions`. */
export function addDataOptions(command: Command): void {
  for (const { option, former, help, read } of rows)
    for (const flags of former === undefined ? [option] : [option, former]) {
      const row = new Option(flags, help).helpGroup('Pictures')
      if (flags === former) row.hideHelp()
      command.addOption(read === undefined ? row : row.argParser<unknown>(read))
    }
}

/** A file from here, made whole, so that a run finds it from every folder; or one in the folder of the images. */
function place(text: string): string {
  const path = resolve(expandHome(text))
  return existsSync(path) ? path : text
}

/** As Commander calls the value of `--skip-bad`: `skipBad`. */
const attribute = (option: string) => new Option(option).attributeName()

/** Those options of a call, without the others. */
export function dataOptions(call: DataOptions): DataOptions {
  const given = call as Readonly<Record<string, unknown>>
  return Object.fromEntries(
    rows.flatMap(({ name, option, former = option }) => {
      const value = given[attribute(option)] ?? given[attribute(former)]
      return value === undefined ? [] : [[name, value]]
    }),
  )
}

/** As words of a command line: `['--test-fraction', '0.3']`. */
export function dataWords(options: DataOptions): string[] {
  return rows.flatMap(({ name, option }) => {
    const value = options[name]
    const [word = ''] = option.split(' ')
    if (value === undefined || value === false) return []
    return value === true ? [word] : [word, `${value}${name === 'memoryLimit' ? 'B' : ''}`]
  })
}

/** The spec with its path made whole, so that it names the same place from every folder. */
export function absolute(spec: string): string {
  const colon = spec.indexOf(':')
  return colon < 0 || spec.slice(colon + 1).trim() === ''
    ? spec
    : `${spec.slice(0, colon)}:${resolve(expandHome(spec.slice(colon + 1).trim()))}`
}

/** `mnist` of `mnist:./folder` */
export function kindOf(spec: string): string {
  return (spec.split(':')[0] ?? '').trim().toLowerCase()
}

/** Opens the data and says its notices. @param size the network's input: what a folder of pictures is brought to */
export async function openData(
  spec: string,
  size: PictureSize,
  terminal: Terminal,
  signal?: AbortSignal,
  { skipBroken, memoryLimit, labels, synsets, keepDecoded, ...split }: DataOptions = {},
  onFiles?: (files: SplitFiles) => void,
): Promise<Dataset> {
  const saySometimes = sometimes(terminal)
  const data = await openDataset(absolute(spec), {
    ...split,
    size,
    signal,
    onNotice: (message) => terminal.hint(`note: ${message}`),
    onProgress: ({ stage, received, total }) =>
      saySometimes(`${spec}: ${stage} ${printBytes(received)} of ${printBytes(total)}`),
    images: {
      memoryLimit,
      labels,
      synsets,
      keepDecoded,
      onFiles,
      // Those that are left out stand in the notices.
      onBroken: skipBroken === true ? () => {} : undefined,
      onProgress: ({ decoded, total }) =>
        saySometimes(`${spec}: ${decoded} of ${total} images decoded`, decoded, total),
      onStage: ({ done, total, what }) => saySometimes(`${spec}: ${done} of ${total} images ${what}`, done, total),
    },
  }).catch((error: unknown) => {
    // A wrong name, or a folder of another arrangement, is wrong with the call; damaged data is the data's.
    const isCall = error instanceof UnknownDatasetError || error instanceof LayoutError
    if (isCall) return readCall<never>(() => Promise.reject(error))
    throw error
  })
  for (const { message } of data.notices) terminal.hint(`note: ${message}`)
  return data
}

/**
 * A line at most every two seconds, and none in the first: most data is there at once. With a count, how many a second, and
 * how long the rest takes.
 */
function sometimes(terminal: Terminal): (text: string, done?: number, total?: number) => void {
  let next = performance.now() + 1000
  let stage = { began: 0, from: 0 }
  let before = Number.POSITIVE_INFINITY
  return (text, done = 0, total = 0) => {
    const now = performance.now()
    // A count that is lower than before is of another stage.
    if (done < before) stage = { began: now, from: done }
    before = done
    if (now < next) return
    next = now + 2000
    const seconds = (now - stage.began) / 1000
    const rate = (done - stage.from) / seconds
    const left =
      seconds > 0.5 && rate > 0
        ? `, ${printCount(Math.round(rate))} a second, ${printSeconds((total - done) / rate)} left`
        : ''
    terminal.progress(`${text}${left}`)
  }
}
