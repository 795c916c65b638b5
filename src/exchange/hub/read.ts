/**
 * Reads a model from the Hugging Face hub: `hf:timm/resnet18.a1_in1k`, or a file of a repository in any format that is
 * read, `hf:OWNER/NAME/model.onnx`.
 */

import { posix } from 'node:path'
import type { Bytes } from '../../core/bytes.ts'
import { listed, printable } from '../../core/text.ts'
import type { FetchProgress } from '../../data/node/download.ts'
import { openBytes } from '../../platform/openBytes.ts'
import { readRegularFile } from '../../platform/regularFile.ts'
import { ForeignFileError, UnsupportedModelError } from '../errors.ts'
import { hasEnding } from '../formatOf.ts'
import { formats } from '../formats.ts'
import { readModel, readTensors } from '../read.ts'
import type { ImportedModel, ModelFiles, TensorFile } from '../types.ts'
import { Config, type Fields, readConfig } from './config.ts'
import { HubError } from './errors.ts'
import { fetchHubFile, type HubFetch } from './fetchFile.ts'
import { listHubFiles } from './listFiles.ts'
import { hubSettings } from './settings.ts'
import { type HubSpec, parseHubSpec, printSpec } from './spec.ts'
import { stateDictWeights } from './stateDictWeights.ts'
import { type FindNetwork, timmModel } from './timm.ts'
import { isTransformersResnet, transformersResnet } from './transformers.ts'

export interface HubOptions {
  readonly findNetwork: FindNetwork
  /** Told of the file that is being fetched. */
  readonly onProgress?: ((file: string, progress: FetchProgress) => void) | undefined
  readonly onNotice?: ((message: string) => void) | undefined
  readonly signal?: AbortSignal | undefined
  /** Default: `process.env`. */
  readonly environment?: Readonly<Record<string, string | undefined>> | undefined
  /** First pause after a broken connection; default: 500 ms. */
  readonly pauseMs?: number | undefined
}

/**
 * @throws {HubError} the hub does not give the model
 * @throws {UnsupportedModelError} it is no network of the zoo, and in no format that is read
 * @throws {ForeignFileError} its files are damaged, or do not fit each other
 */
export async function readHub(text: string, options: HubOptions): Promise<ImportedModel> {
  const spec = parseHubSpec(text)
  if (spec.file !== undefined) return readModel(await hubFiles(text, options))
  const fetching = await fetchingOf(options)
  const config = await fetchHubFile({ ...spec, file: 'config.json' }, fetching)
  const fields = config === undefined ? undefined : readConfig(await readRegularFile(config))
  const isResnet = fields !== undefined && isTransformersResnet(fields)
  if (fields === undefined || (!isResnet && new Config(fields).text('architecture') === undefined))
    return readOnlyModel(spec, fields && new Config(fields), options, fetching)
  const timm = isResnet
    ? transformersResnet(fields, await preprocessorOf(spec, fetching), options.findNetwork)
    : timmModel(fields, options.findNetwork)
  const { tensors } = await readWeights(spec, fetching)
  const { network, weights, notes } = stateDictWeights(timm, tensors)
  return { network, weights, info: { ...timm.info, origin: printSpec(spec) }, notes }
}

async function preprocessorOf(spec: HubSpec, fetching: HubFetch): Promise<Fields | undefined> {
  const path = await fetchHubFile({ ...spec, file: 'preprocessor_config.json' }, fetching)
  return path === undefined ? undefined : readConfig(await readRegularFile(path), 'preprocessor_config.json')
}

/** The arrays of a file of the hub, or of a repository's weights. @throws {HubError} @throws {ForeignFileError} */
export async function readHubTensors(text: string, options: Omit<HubOptions, 'findNetwork'>): Promise<TensorFile> {
  const spec = parseHubSpec(text)
  if (spec.file !== undefined) return readTensors(await hubFiles(text, options))
  return readWeights(spec, await fetchingOf(options))
}

const weightNames = ['model.safetensors', 'pytorch_model.bin'] as const

async function readWeights(spec: HubSpec, fetching: HubFetch): Promise<TensorFile> {
  for (const file of weightNames) {
    const path = await fetchHubFile({ ...spec, file }, fetching)
    if (path !== undefined) return readTensors(filesAt(path, { ...spec, file }, fetching))
  }
  throw new HubError(`${printSpec(spec)} has no weights`, {
    received: `neither ${weightNames.join(' nor ')}`,
    expected: 'one of them',
    advice: `see ${fetching.settings.endpoint}/${spec.owner}/${spec.name}/tree/${spec.revision}`,
  })
}

/** Of a repository that does not describe a network of timm's: the only file of a format that holds a network. */
async function readOnlyModel(
  spec: HubSpec,
  config: Config | undefined,
  options: HubOptions,
  fetching: HubFetch,
): Promise<ImportedModel> {
  const readable = formats.filter((format) => format.readModel !== undefined)
  const names = await listHubFiles(spec, fetching)
  // Settings of all kinds end in .json.
  const models = names.filter(
    (name) => !name.toLowerCase().endsWith('.json') && readable.some((format) => hasEnding(name, format)),
  )
  const [file] = models
  if (file !== undefined && models.length === 1) return readModel(await hubFiles(printSpec({ ...spec, file }), options))
  if (models.length > 1) {
    throw new HubError(`${printSpec(spec)} has several models`, {
      received: listed(models, 10),
      expected: 'the name of one of them',
      advice: `${printSpec({ ...spec, file: file ?? '' })}, for example`,
    })
  }
  const kind = config?.text('model_type')
  throw new UnsupportedModelError(`${printSpec(spec)} has no model that can be read`, {
    received:
      kind === undefined
        ? `no architecture in config.json, and the files ${listed(names, 10) || '(none)'}`
        : `a model of transformers of the type ${printable(kind)}`,
    expected: `a repository of timm's, or a file of a format that holds a network`,
    advice:
      'export the model to ONNX; or give its weights a network: lenslet convert hf:OWNER/NAME/model.safetensors out.lenslet --network NETWORK',
  })
}

/** A file of a repository, and those beside it, for readers of formats. @throws {HubError} */
async function hubFiles(text: string, options: Omit<HubOptions, 'findNetwork'>): Promise<ModelFiles> {
  const spec = parseHubSpec(text)
  const { file } = spec
  if (file === undefined) {
    throw new HubError('the name of a file is missing', { received: printable(text), expected: 'hf:OWNER/NAME/FILE' })
  }
  const fetching = await fetchingOf(options)
  const path = await fetchHubFile({ ...spec, file }, fetching)
  if (path !== undefined) return filesAt(path, { ...spec, file }, fetching)
  throw new HubError(`${printSpec(spec)}: there is no such file`, {
    received: printable(file),
    expected: 'a file of the repository',
    advice: `see ${fetching.settings.endpoint}/${spec.owner}/${spec.name}/tree/${spec.revision}`,
  })
}

function filesAt(path: string, spec: HubSpec & { readonly file: string }, fetching: HubFetch): ModelFiles {
  let opened: Promise<Bytes> | undefined
  return {
    name: spec.file,
    read: () => readRegularFile(path),
    open() {
      opened ??= openBytes(path)
      return opened
    },
    async beside(name) {
      const found = await besideOf(name)
      return found === undefined ? undefined : readRegularFile(found)
    },
    async openBeside(name) {
      const found = await besideOf(name)
      return found === undefined ? undefined : openBytes(found)
    },
  }

  async function besideOf(name: string): Promise<string | undefined> {
    const other = posix.join(posix.dirname(spec.file), name)
    if (name.startsWith('/') || other.startsWith('..') || name.includes('\\')) {
      throw new ForeignFileError(`${printable(spec.file)} names a file outside its folder`, {
        received: printable(name.slice(0, 200)),
        expected: 'a path in the folder of the model',
      })
    }
    return fetchHubFile(parsed(spec, other), fetching)
  }
}

/** Checks the path as one that a person wrote. */
function parsed(spec: HubSpec, file: string): HubSpec & { readonly file: string } {
  return { ...parseHubSpec(printSpec({ ...spec, file })), file }
}

async function fetchingOf({
  environment,
  signal,
  onProgress,
  onNotice,
  pauseMs,
}: Omit<HubOptions, 'findNetwork'>): Promise<HubFetch> {
  return { settings: await hubSettings(environment), signal, onProgress, onNotice, pauseMs }
}
