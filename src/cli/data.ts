/** `--data` and its options: opens a data set, says what is being fetched, and tells a wrong call from data that failed. */

import { resolve } from 'node:path'
import { type Command, Option } from 'commander'
import type { Dataset } from '../data/dataset.ts'
import { LayoutError, UnknownDatasetError } from '../data/errors.ts'
import { expandHome } from '../data/node/home.ts'
import { datasetForms, openDataset } from '../data/node/open.ts'
import type { SplitOptions } from '../data/node/splitting.ts'
import type { PictureSize } from '../data/resize.ts'
import { printBytes } from '../inspect/units.ts'
import { readCall } from './errors.ts'
import { bytes, fraction, memoryDefault, whole } from './options.ts'
import type { Terminal } from './terminal.ts'

export const dataHelp = `${datasetForms.map(({ usage }) => usage).join(', ')}, or cifar10:FOLDER, mnist:FOLDER`

/** What the command line says about the data besides its name. Plain JSON, so that a run can keep it. */
export interface DataOptions extends SplitOptions {
  readonly skipBroken?: boolean | undefined
  /** Bytes. */
  readonly memoryLimit?: number | undefined
}

const rows = [
  {
    name: 'testFraction',
    option: '--test-fraction <x>',
    help: 'part of each class held out as test images where the folder has none; default 0.2',
    read: fraction('--test-fraction'),
  },
  {
    name: 'validationFraction',
    option: '--validation-fraction <x>',
    help: 'part of each class held out as validation images, for early stopping and the best weights; default 0',
    read: fraction('--validation-fraction'),
  },
  {
    name: 'splitSeed',
    option: '--split-seed <n>',
    help: 'seed of that choice; default 0',
    read: whole('--split-seed', 0),
  },
  { name: 'skipBroken', option: '--skip-broken', help: 'leave out images that cannot be read', read: undefined },
  {
    name: 'memoryLimit',
    option: '--memory-limit <amount>',
    help: `most memory for the images and their decoding: 8GB; ${memoryDefault}`,
    read: bytes('--memory-limit'),
  },
] as const satisfies readonly { name: keyof DataOptions; option: string; help: string; read: unknown }[]

/** Adds the options of `DataOptions`. */
export function addDataOptions(command: Command): void {
  for (const { option, help, read } of rows) {
    const row = new Option(option, help).helpGroup('Pictures')
    command.addOption(read === undefined ? row : row.argParser<unknown>(read))
  }
}

/** Those options of a call, without the others. */
export function dataOptions(call: DataOptions): DataOptions {
  return Object.fromEntries(rows.flatMap(({ name }) => (call[name] === undefined ? [] : [[name, call[name]]])))
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
  { skipBroken, memoryLimit, ...split }: DataOptions = {},
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
      // Those that are left out stand in the notices.
      onBroken: skipBroken === true ? () => {} : undefined,
      onProgress: ({ decoded, total }) => saySometimes(`${spec}: ${decoded} of ${total} images decoded`),
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

/** A line at most every two seconds, and none in the first: most data is there at once. */
function sometimes(terminal: Terminal): (text: string) => void {
  let next = performance.now() + 1000
  return (text) => {
    if (performance.now() < next) return
    next = performance.now() + 2000
    terminal.progress(text)
  }
}
