/** The start of a search: what the call means, its folder, or the search that is resumed. */

import { existsSync } from 'node:fs'
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { platform } from '#platform'
import { printable } from '../core/text.ts'
import { readLayout } from '../data/node/layout.ts'
import { resolveOptimizer } from '../ops/optimizer/optimizers.ts'
import { FileError } from '../platform/errors.ts'
import { systemReason } from '../platform/systemErrors.ts'
import type { FileLock } from '../platform/types.ts'
import { absolute, type DataOptions, dataOptions, kindOf } from './data.ts'
import { UsageError } from './errors.ts'
import type { AskedSize } from './fitNetwork.ts'
import { placeOf } from './runFolder.ts'
import { checkPlace } from './runPlace.ts'
import { readSearch, type SearchState, searchFile, writeSearch } from './searchFolder.ts'
import { endsOf, type SearchSpace } from './searchSpace.ts'
import { checkNames, filled, readTemplate, type Template } from './searchTemplate.ts'
import { newTask, type Task } from './train.ts'
import { type LearningOptions, learningNames, readLearning } from './trainSettings.ts'

export interface SearchCall extends LearningOptions, DataOptions {
  readonly data?: string
  readonly try?: SearchSpace
  readonly trials?: number
  readonly keepOneIn?: number
  readonly firstEpochs?: number
  readonly by?: 'loss' | 'accuracy'
  readonly size?: AskedSize
  readonly out?: string
  readonly resume?: string
  readonly threads?: number
  readonly exact?: boolean
  readonly json?: boolean
}

export interface OpenedSearch {
  readonly folder: string
  readonly state: SearchState
  readonly lock: FileLock
}

/** Part of the training images that trials are compared by, where the data has no validation images. */
const heldOut = 0.1

/** Throws `UsageError`, `LockedError` and errors of the network. Nothing is then left of what was made. */
export async function openSearch(net: string | undefined, call: SearchCall): Promise<OpenedSearch> {
  if (call.resume !== undefined) return resumed(net, call.resume, call)
  if (net === undefined || call.data === undefined) {
    throw new UsageError(net === undefined ? 'a network is missing' : 'the data is missing', {
      expected: 'lenslet search <net> --data <data>',
      advice: 'lenslet search lenet5 --data mnist',
    })
  }
  refuseOptions(call)
  const template = await readTemplate(net)
  const data = absolute(call.data)
  checkPlaceOf(data)
  const options = { ...dataOptions(call), ...(await validation(data, call)) }
  const fixed = { ...fixedOptions(call), ...options }
  const tried = call.try ?? {}
  checkNames(template, Object.keys(tried), learningNames)
  const task = await probe(template, tried, { ...fixed, data })
  const space = Object.keys(tried).length > 0 ? tried : usualSpace(task)
  const { trials = 16, keepOneIn: keep = 3, firstEpochs: first, by = 'loss', seed = 0 } = call
  if (!Number.isInteger(seed))
    throw new UsageError('--seed is a whole number', { received: `${seed}`, expected: 'a whole number' })
  const name = template.name ?? (template.variables.length > 0 ? 'network' : task.settings.name)
  const state: SearchState = {
    format: 'lenslet.search',
    version: 1,
    net: template.text,
    name,
    variables: [...template.variables],
    data,
    space: space as SearchState['space'],
    trials,
    epochs: task.settings.options.epochs,
    keep,
    ...(first !== undefined && { first }),
    by,
    seed,
    call: fixed,
    began: new Date().toISOString(),
    results: [],
  }
  const folder = call.out ?? newName(name, data, state.began)
  if (folder.trim() === '')
    throw new UsageError('--out is empty', {
      received: "--out ''",
      expected: 'a folder',
      advice: '--out searches/NAME',
    })
  if (existsSync(searchFile(folder))) {
    throw new UsageError(`${printable(folder)} holds a search already`, {
      received: `--out ${printable(folder)}`,
      expected: 'a folder without a search',
      advice: `another folder, or --resume ${printable(folder)}`,
    })
  }
  await checkPlace(folder, data)
  await mkdir(folder, { recursive: true }).catch((cause: unknown) => {
    throw new FileError(`cannot make the folder ${printable(folder)}`, { ...systemReason(cause), cause })
  })
  const lock = await platform.lockFile(searchFile(folder))
  await writeSearch(folder, state)
  return { folder, state, lock }
}

async function resumed(net: string | undefined, folder: string, call: SearchCall): Promise<OpenedSearch> {
  const { resume: _, threads: __, json: ___, ...rest } = call
  const [given] = [net, ...Object.keys(rest)].filter((each) => each !== undefined && each !== 'quiet')
  if (given !== undefined) {
    throw new UsageError('a search that is resumed has its settings', {
      received: `${printable(given)} with --resume`,
      expected: '--resume <folder>, --threads and --json',
      advice: 'leave it out, or begin a new search',
    })
  }
  await readSearch(folder)
  const lock = await platform.lockFile(searchFile(folder))
  try {
    const state = await readSearch(folder)
    checkPlaceOf(state.data)
    return { folder, state, lock }
  } catch (error) {
    await lock.release()
    throw error
  }
}

/** What else may be wrong with the data shows when the first trial opens it. */
function checkPlaceOf(data: string): void {
  const place = placeOf(data)
  if (place === undefined || existsSync(place)) return
  throw new UsageError(`there is no ${printable(place)}`, {
    received: printable(data),
    expected: 'a folder or a file that exists',
    advice: 'check the path; it is relative to the folder that you are in',
  })
}

/** What would make trials end before their rung. */
function refuseOptions({ patience, evaluate }: SearchCall): void {
  const given =
    patience !== undefined ? '--patience' : evaluate !== undefined && evaluate !== 'epoch' ? '--evaluate' : undefined
  if (given === undefined) return
  throw new UsageError(`${given} does not go with a search`, {
    received: given,
    expected: 'trials that are evaluated after each epoch; those that do badly are stopped by the search itself',
    advice: 'leave it out',
  })
}

/** Options that all trials share, as plain JSON. */
function fixedOptions(call: SearchCall): Record<string, unknown> {
  const { try: _, trials, keepOneIn, firstEpochs, by, out, resume, threads, json, data, ...rest } = call
  return Object.fromEntries(Object.entries(rest).filter(([name]) => name !== 'quiet'))
}

/** Trials must not be chosen by the test images: some of the training images are held out where there are no others. */
async function validation(data: string, { validationFraction }: SearchCall): Promise<DataOptions> {
  if (validationFraction !== undefined) return {}
  // What is wrong with the folder is said where the data is opened.
  const layout = kindOf(data) === 'images' ? await readLayout(placeOf(data) ?? '').catch(() => undefined) : undefined
  return layout?.validation === undefined ? { validationFraction: heldOut } : {}
}

/** Reads the network and the options with the lowest and the highest values: what is invalid shows before the first trial. */
async function probe(
  template: Template,
  space: SearchSpace,
  call: Record<string, unknown> & { data: string },
): Promise<Task> {
  let task: Task | undefined
  for (const end of [0, -1]) {
    const values = Object.fromEntries(
      Object.entries(space).map(([name, each]) => [name, endsOf(each).at(end) as string]),
    )
    const net = template.variables.length === 0 ? template.text : filled(template, values)
    task = await newTask(net, call)
  }
  for (const [name, each] of Object.entries(space)) {
    if (template.variables.includes(name)) continue
    for (const text of endsOf(each)) readLearning(name, text)
  }
  return task as Task
}

/** As the notes advise: the learning rate first, then the regularization; both on a logarithmic scale. */
function usualSpace({ settings }: Task): SearchSpace {
  const { rate, weightDecay } = resolveOptimizer(settings.options.optimizer ?? 'adam').settings as {
    rate: number
    weightDecay?: number
  }
  return {
    rate: { kind: 'range', low: rate / 30, high: rate * 30, scale: 'log' },
    ...(weightDecay !== undefined && {
      'weight-decay': { kind: 'range', low: 1e-6, high: 1e-2, scale: 'log' } as const,
    }),
  }
}

/** `searches/lenet5-mnist-20261127-054312` */
function newName(name: string, data: string, began: string): string {
  const time = began.replace(/[-:]/g, '').replace('T', '-').slice(0, 15)
  const stem = join('searches', `${name.slice(0, 80)}-${kindOf(data)}-${time}`.replace(/[^\w.-]+/g, '_'))
  for (let count = 2, folder = stem; ; count++) {
    if (!existsSync(folder)) return folder
    folder = `${stem}-${count}`
  }
}
