/**
 * A run's folder: `run.json` says what is trained on what and how, so that `--resume FOLDER` needs nothing else. Every file
 * in it is whole at every moment.
 */

import { existsSync } from 'node:fs'
import { mkdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import * as z from 'zod'
import { platform } from '#platform'
import { type BackendName, backendNames } from '../model/model.ts'
import { networkFromJson } from '../network/json.ts'
import type { Network } from '../network/network.ts'
import { FileError } from '../platform/errors.ts'
import type { TrainOptions } from '../train/options.ts'
import type { DataOptions } from './data.ts'
import { UsageError } from './errors.ts'

export interface RunSettings {
  /** What the network is called: `lenet5`. */
  readonly name: string
  readonly network: Network
  /** As typed, with a whole path: `mnist`, `images:/home/me/pictures`. */
  readonly data: string
  /** How the data is split and read, where the command line says it. */
  readonly dataOptions?: DataOptions | undefined
  /** What is learned, and how. */
  readonly options: TrainOptions
  readonly init?: z.infer<typeof initSchema> | undefined
  readonly backend: BackendName
  /** Without Winograd's method. */
  readonly exact: boolean
  /** The model file whose weights it starts from, where it does not start anew. */
  readonly model?: string | undefined
  /** When it began, ISO 8601. */
  readonly began: string
}

const initSchema = z.union([z.enum(['he', 'xavier', 'zeros']), z.strictObject({ constant: z.number() })])
// What the options hold in detail, `train` checks.
const schema = z.object({
  format: z.literal('lenslet.run'),
  version: z.literal(1),
  name: z.string().max(200),
  network: z.looseObject({}),
  data: z.string().max(4096),
  dataOptions: z
    .strictObject({
      testFraction: z.number(),
      validationFraction: z.number(),
      splitSeed: z.number(),
      skipBroken: z.boolean(),
      memoryLimit: z.number(),
    })
    .partial()
    .optional(),
  options: z.looseObject({ epochs: z.number() }),
  init: initSchema.optional(),
  backend: z.enum(backendNames),
  exact: z.boolean(),
  model: z.string().optional(),
  began: z.string(),
})

export interface RunFiles {
  readonly folder: string
  readonly settings: string
  readonly model: string
  readonly checkpoint: string
  readonly metrics: string
  readonly report: string
}

export function filesOf(folder: string): RunFiles {
  return {
    folder,
    settings: join(folder, 'run.json'),
    model: join(folder, 'model.lenslet'),
    checkpoint: join(folder, 'checkpoint.safetensors'),
    metrics: join(folder, 'metrics.jsonl'),
    report: join(folder, 'report.html'),
  }
}

/** Makes the folder and writes its settings. `out` is taken as it is; without it a new folder in `runs` gets its name. */
export async function createRun(settings: RunSettings, out: string | undefined): Promise<RunFiles> {
  const files = filesOf(out ?? newName(settings))
  if (existsSync(files.settings)) {
    throw new UsageError(`${files.folder} holds a run already`, {
      received: `--out ${files.folder}`,
      expected: 'a folder without a run',
      advice: `another folder, or go on with it: --resume ${files.folder}`,
    })
  }
  try {
    await mkdir(files.folder, { recursive: true })
  } catch (cause) {
    throw new FileError(`cannot make the folder ${files.folder}`, {
      received: cause instanceof Error ? cause.message : String(cause),
      expected: 'a place that can be written to',
      advice: '--out another folder',
      cause,
    })
  }
  const value = { format: 'lenslet.run', version: 1, ...settings }
  await platform.writeFileAtomic(files.settings, new TextEncoder().encode(`${JSON.stringify(value, null, 2)}\n`))
  return files
}

/** `runs/lenet5-mnist-20261122-054312`, with a number where two began in one second. */
function newName({ name, data, began }: RunSettings): string {
  const time = began.replace(/[-:]/g, '').replace('T', '-').slice(0, 15)
  const kind = data.split(':')[0] ?? ''
  const stem = join('runs', `${name}-${kind}-${time}`.replace(/[^\w.-]+/g, '_'))
  for (let count = 2, folder = stem; ; count++) {
    if (!existsSync(folder)) return folder
    folder = `${stem}-${count}`
  }
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
  const text = await readFile(settings, 'utf8').catch((cause: NodeJS.ErrnoException) => {
    throw refuse(cause.code === 'ENOENT' || cause.code === 'ENOTDIR' ? `no ${settings}` : cause.message, cause)
  })
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch (cause) {
    throw refuse(`${settings} is not JSON`, cause)
  }
  const parsed = schema.safeParse(value)
  if (!parsed.success) {
    const [issue] = parsed.error.issues
    throw refuse(`${settings}, at ${issue?.path.join('.') || 'the top'}: ${issue?.message}`)
  }
  const { network, options, name, data, dataOptions, init, backend, exact, model, began } = parsed.data
  return {
    name,
    data,
    dataOptions,
    backend,
    exact,
    began,
    init,
    model,
    network: networkFromJson(network),
    options: options as TrainOptions,
  }
}
