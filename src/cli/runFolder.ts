/**
 * A run's folder: `run.json` says what is trained on what and how, so that `--resume FOLDER` needs nothing else but the data.
 * Every file in it is whole at every moment.
 */

import { existsSync } from 'node:fs'
import { readdir } from 'node:fs/promises'
import { join, relative, resolve } from 'node:path'
import * as z from 'zod'
import { platform } from '#platform'
import { parseJson } from '../core/json.ts'
import { runFileLimit } from '../data/node/runMark.ts'
import { type BackendName, backendNames } from '../model/options.ts'
import { networkFromJson } from '../network/json.ts'
import type { Network } from '../network/network.ts'
import { readRegularFile } from '../platform/regularFile.ts'
import { systemCode, systemReason } from '../platform/systemErrors.ts'
import type { FileLock } from '../platform/types.ts'
import { historyPathOf } from '../train/history.ts'
import type { TrainOptions } from '../train/options.ts'
import { goodPathOf } from '../train/saver.ts'
import type { DataOptions } from './data.ts'
import { UsageError } from './errors.ts'

export interface RunSettings {
  /** What the network is called: `lenet5`. */
  readonly name: string
  readonly network: Network
  /** As typed, with a whole path: `mnist`, `images:/home/me/pictures`. */
  readonly data: string
  /** What the pictures are, wherever they lie; absent in runs of version 1. */
  readonly pictures?: DataIdentity | undefined
  /** How the data is split and read, where the command line says it. */
  readonly dataOptions?: DataOptions | undefined
  /** What is learned, and how. */
  readonly options: TrainOptions
  readonly init?: z.infer<typeof initSchema> | undefined
  readonly backend: BackendName
  /** Without Winograd's method. */
  readonly exact: boolean
  /** The model file whose weights it started from, if it started from a model. A copy is in the folder. */
  readonly model?: string | undefined
  /** When it began, ISO 8601. */
  readonly began: string
}

/** Numbers, sizes and checksums, as one line for each. */
export interface DataIdentity {
  readonly training: string
  readonly tests: string
}

const initSchema = z.union([z.enum(['he', 'xavier', 'zeros']), z.strictObject({ constant: z.number() })])
/** Characters of a name or a path: more than any system allows. */
const longest = 100_000
// What the options hold in detail, `train` checks.
const schema = z.object({
  format: z.literal('lenslet.run'),
  // 2: what the pictures are, and the weights that a run starts from are in the folder.
  version: z.union([z.literal(1), z.literal(2)]),
  name: z.string().max(longest),
  network: z.looseObject({}),
  data: z.string().max(longest),
  dataFromHere: z.string().max(longest).optional(),
  pictures: z.object({ training: z.string(), tests: z.string() }).optional(),
  dataOptions: z
    .strictObject({
      testFraction: z.number(),
      validationFraction: z.number(),
      splitSeed: z.number(),
      skipBroken: z.boolean(),
      labels: z.string(),
      synsets: z.string(),
      keepDecoded: z.boolean(),
      memoryLimit: z.number(),
    })
    .partial()
    .optional(),
  options: z.looseObject({ epochs: z.number() }),
  init: initSchema.optional(),
  backend: z.enum(backendNames),
  exact: z.boolean(),
  model: z.string().max(longest).optional(),
  began: z.string(),
})

export interface RunFiles {
  readonly folder: string
  readonly settings: string
  /** The weights that the run started from, if it started from a model. */
  readonly start: string
  readonly model: string
  /** The last epoch's weights, where another epoch was better. */
  readonly last: string
  readonly checkpoint: string
  /** The records that belong to the checkpoint. */
  readonly history: string
  /** The last good checkpoint. */
  readonly good: string
  readonly metrics: string
  readonly report: string
}

export function filesOf(folder: string): RunFiles {
  const checkpoint = join(folder, 'checkpoint.safetensors')
  return {
    folder,
    settings: join(folder, 'run.json'),
    start: join(folder, 'start.lenslet'),
    model: join(folder, 'model.lenslet'),
    last: join(folder, 'last.lenslet'),
    checkpoint,
    history: historyPathOf(checkpoint),
    good: goodPathOf(checkpoint),
    metrics: join(folder, 'metrics.jsonl'),
    report: join(folder, 'report.html'),
  }
}

/** The folder that a specification of data names; undefined where it names none. */
export function placeOf(data: string): string | undefined {
  const place = data.slice(data.indexOf(':') + 1)
  return data.includes(':') && place !== '' ? place : undefined
}

/**
 * Makes this process the only one that works on a run, and removes what killed ones have left half written.
 * Throws `LockedError` or `FileError`.
 */
export async function lockRun({ folder, checkpoint, ...paths }: RunFiles): Promise<FileLock> {
  const lock = await platform.lockFile(checkpoint)
  try {
    await platform.removeRemains(Object.values(paths))
    // The example's name follows from a class; of a long one, a part has a checksum and the end.
    const examples = (await readdir(folder)).filter((name) =>
      /^\.(example-|[0-9a-f]{8}).*\.png\.[0-9a-f]+\.part$/.test(name),
    )
    for (const name of examples) await platform.removeFile(join(folder, name))
    return lock
  } catch (error) {
    await lock.release()
    throw error
  }
}

/**
 * The path to the data from the folder is written, too: both may be moved together. What could not be read again is not
 * written.
 */
export async function writeRun({ folder, settings: path }: RunFiles, settings: RunSettings): Promise<void> {
  const place = placeOf(settings.data)
  const dataFromHere = place === undefined ? undefined : relative(resolve(folder), resolve(place)) || '.'
  const value = { format: 'lenslet.run', version: 2, ...settings, dataFromHere }
  schema.parse(JSON.parse(JSON.stringify(value)))
  await platform.writeFileAtomic(path, new TextEncoder().encode(`${JSON.stringify(value, null, 2)}\n`))
}

/** Throws `UsageError` where the folder is no run. */
export async function readRun(folder: string): Promise<RunSettings> {
  const { settings } = filesOf(folder)
  const refuse = (received: string, cause?: unknown) =>
    new UsageError(`${folder} is not the folder of a run`, {
      received,
      expected: 'a folder that lenslet train made',
      advice: 'name the folder that holds run.json and checkpoint.safetensors',
      cause,
    })
  const bytes = await readRegularFile(settings, runFileLimit).catch((cause: unknown) => {
    const isMissing = ['ENOENT', 'ENOTDIR'].includes(systemCode(cause) ?? '')
    throw refuse(isMissing ? `no ${settings}` : `${settings}: ${systemReason(cause).received}`, cause)
  })
  let value: unknown
  try {
    value = parseJson(new TextDecoder().decode(bytes))
  } catch (cause) {
    throw refuse(`${settings} is not JSON`, cause)
  }
  const parsed = schema.safeParse(value)
  if (!parsed.success) {
    const [issue] = parsed.error.issues
    throw refuse(`${settings}, at ${issue?.path.join('.') || 'the top'}: ${issue?.message}`)
  }
  const { format: _, version, dataFromHere, data, network, options, ...rest } = parsed.data
  return {
    ...rest,
    data: foundData(folder, data, dataFromHere),
    network: networkFromJson(network),
    // Runs of version 1 kept the last weights.
    options: { ...(version === 1 && { keep: 'last' }), ...(options as TrainOptions) },
  }
}

/** Where the data is now: where it was, or where it was as seen from the folder. */
function foundData(folder: string, data: string, fromHere: string | undefined): string {
  const place = placeOf(data)
  if (place === undefined || fromHere === undefined || existsSync(place)) return data
  const moved = resolve(folder, fromHere)
  return existsSync(moved) ? `${data.slice(0, data.indexOf(':'))}:${moved}` : data
}
