/** The argument <net>: the name of a zoo entry, a text in the notation, a file, or the folder of a run. */

import { basename, extname, resolve } from 'node:path'
import { printable } from '../core/text.ts'
import { formatOf, startBytes } from '../exchange/formatOf.ts'
import { parseHubSpec } from '../exchange/hub/spec.ts'
import { lenslet } from '../exchange/lenslet/format.ts'
import type { ImportedModel, OpenSizes } from '../exchange/types.ts'
import { decodeModel } from '../model/file.ts'
import { SizeError } from '../network/errors.ts'
import { networkFromJson } from '../network/json.ts'
import type { Network } from '../network/network.ts'
import { parse } from '../notation/parse.ts'
import { cost } from '../plan/cost.ts'
import { FileError } from '../platform/errors.ts'
import { readRegularFile } from '../platform/regularFile.ts'
import { systemCode } from '../platform/systemErrors.ts'
import type { ZooEntry } from '../zoo/types.ts'
import { zoo } from '../zoo/zoo.ts'
import { UsageError } from './errors.ts'
import { readForeign, sayNotes } from './foreign.ts'
import { isHubModel } from './hub.ts'
import { endingOf, meaningOf, readableEndings } from './networkPath.ts'
import { filesOf, readRun } from './runFolder.ts'

export interface NetworkSource {
  readonly network: Network
  /** Short, fit for a folder's name. */
  readonly name: string
  /** The card, where it comes from the zoo. */
  readonly entry?: ZooEntry
  /** The file's whole path, or its name on the hub, where it is a model with weights. */
  readonly model?: string
  /** Of another program: the model as it was read. */
  readonly imported?: ImportedModel
  /** What was taken, where the words mean two things. */
  readonly notice?: string
}

export interface ReadOptions extends OpenSizes {
  /** Sizes that had to be rounded are errors. */
  readonly strict?: boolean | undefined
}

type Content = Omit<NetworkSource, 'name'>

interface FileKind {
  readonly ending: string
  /** Whether a file with another ending is of this kind. */
  is(bytes: Uint8Array): boolean
  read(bytes: Uint8Array, options: ReadOptions, path: string): Content
}

const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes)
const notation = (bytes: Uint8Array, options: ReadOptions) => ({ network: parse(text(bytes), strictly(options)) })
const brace = '{'.charCodeAt(0)

const fileKinds: readonly FileKind[] = [
  {
    ending: '.lenslet',
    // safetensors: the length of the header in eight bytes, then JSON.
    is: (bytes) => bytes.length > 8 && bytes[8] === brace && bytes.subarray(0, 8).includes(0),
    read: (bytes, _, path) => ({ network: decodeModel(bytes).network, model: resolve(path) }),
  },
  {
    ending: '.json',
    is: (bytes) => /^\s*\{/.test(text(bytes.subarray(0, 1024))),
    read: (bytes) => ({ network: networkFromJson(text(bytes)) }),
  },
  {
    ending: '.net',
    is: (bytes) => /\bINPUT\b/i.test(text(bytes.subarray(0, 1 << 16))),
    read: notation,
  },
  { ending: '.txt', is: () => false, read: notation },
]

/** 64 MiB: no network that a person or Lenslet writes is as long. */
const textLimit = 2 ** 26
const textEndings: readonly string[] = ['.net', '.txt', '.json']

const strictly = ({ strict = false }: ReadOptions) => ({ strict })

/**
 * Reads `<net>`. Throws `UsageError` for anything else, and the errors of reading the network: `NotationError`,
 * `NetworkError`, `SizeError`.
 */
export async function readNetwork(spec: string, options: ReadOptions = {}): Promise<NetworkSource> {
  if (isHubModel(spec)) return { ...strict(await readForeignNetwork(spec, options), options), name: hubName(spec) }
  const meaning = await meaningOf(spec)
  switch (meaning.kind) {
    case 'text':
      return { network: parse(spec, strictly(options)), name: 'network' }
    case 'zoo': {
      const entry = zoo.entry(meaning.name)
      return { network: parse(entry.notation, strictly(options)), name: entry.name, entry, ...noticeOf(meaning) }
    }
    case 'run':
      return { ...strict(await readFolder(meaning.path), options), name: basename(resolve(meaning.path)) }
    case 'file':
      return {
        ...strict(await readNetworkFile(meaning, options), options),
        name: basename(meaning.path, extname(meaning.path)),
        ...noticeOf(meaning),
      }
  }
}

const noticeOf = ({ notice }: { readonly notice?: string }) => (notice === undefined ? {} : { notice })

async function readNetworkFile(
  { path, notice = 'check the path' }: { readonly path: string; readonly notice?: string },
  options: ReadOptions,
): Promise<Content> {
  const ending = endingOf(path)
  const limit = textEndings.includes(ending) ? textLimit : undefined
  const bytes = await readRegularFile(path, limit).catch(unreadable(path))
  const byEnding = fileKinds.find((each) => each.ending === ending)
  if (byEnding === undefined || ending === '.json') {
    const start = bytes.subarray(0, startBytes)
    const format = formatOf(path, start)
    // A .json file is a network of ours unless its contents say otherwise.
    const isForeign = byEnding === undefined || format?.is?.(start) === true
    if (format !== undefined && format !== lenslet && isForeign) return readForeignNetwork(path, options)
  }
  const kind = byEnding ?? fileKinds.find((each) => each.is(bytes))
  if (kind !== undefined) return kind.read(bytes, options, path)
  throw new UsageError(`${printable(path)} does not contain a network`, {
    received: bytes.length === 0 ? 'an empty file' : 'text without INPUT, which is neither JSON nor a model',
    expected: `the notation, such as "INPUT 28x28x1 -> CONV5-6 -> RELU -> FC-10", or what Lenslet wrote (${readableEndings.join(', ')})`,
    advice: notice,
  })
}

/** A model of another program. */
async function readForeignNetwork(path: string, { size }: OpenSizes): Promise<Content> {
  const imported = await readForeign(path, { size })
  sayNotes(imported)
  return { network: imported.network, model: isHubModel(path) ? path : resolve(path), imported }
}

/** `resnet18.a1_in1k` of `hf:timm/resnet18.a1_in1k`. */
function hubName(spec: string): string {
  return parseHubSpec(spec).name
}

/** The model of a run that has ended, with its weights; before that, its network. */
async function readFolder(folder: string): Promise<Content> {
  const { model } = filesOf(folder)
  const bytes = await readRegularFile(model).catch((error: unknown) => {
    if (systemCode(error) === 'ENOENT') return undefined
    return unreadable(model)(error)
  })
  if (bytes === undefined) return { network: (await readRun(folder)).network }
  return { network: decodeModel(bytes).network, model: resolve(model) }
}

function unreadable(path: string) {
  return (cause: unknown): never => {
    if (!(cause instanceof FileError)) throw cause
    throw new UsageError(`cannot read ${printable(path)}`, {
      received: cause.received ?? cause.message,
      expected: 'a file with a network',
      advice: cause.advice ?? 'check the path; it is relative to the current folder',
      cause,
    })
  }
}

/** JSON has no lines to point at; the notation has, and `parse` has pointed at them. */
function strict(content: Content, options: ReadOptions): Content {
  const [notice] = options.strict === true ? cost(content.network).notices : []
  if (notice === undefined) return content
  const [node = '', sentence = ''] = notice.split(/: (.*)/s)
  throw new SizeError(node, sentence, { expected: 'sizes that come out whole, because strict is set' })
}
