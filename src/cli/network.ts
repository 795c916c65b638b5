/** What a person means by <net>: the name of a zoo entry, a text in the notation, or a file that holds a network. */

import { readFile } from 'node:fs/promises'
import { basename, extname, resolve } from 'node:path'
import { decodeModel } from '../model/file.ts'
import { SizeError } from '../network/errors.ts'
import { networkFromJson } from '../network/json.ts'
import type { Network } from '../network/network.ts'
import { parse } from '../notation/parse.ts'
import { closest } from '../notation/suggest.ts'
import { cost } from '../plan/cost.ts'
import type { ZooEntry } from '../zoo/types.ts'
import { zoo } from '../zoo/zoo.ts'
import { ownHelp } from './call.ts'
import { UsageError } from './errors.ts'

export interface NetworkSource {
  readonly network: Network
  /** Short, fit for a folder's name. */
  readonly name: string
  /** The card, where it comes from the zoo. */
  readonly entry?: ZooEntry
  /** The file's whole path, where it is a model with weights. */
  readonly model?: string
}

export interface ReadOptions {
  /** Sizes that had to be rounded are errors. */
  readonly strict?: boolean | undefined
}

interface FileKind {
  readonly ending: string
  read(bytes: Uint8Array, options: ReadOptions, path: string): Omit<NetworkSource, 'name'>
}

const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes)
const notation = (bytes: Uint8Array, options: ReadOptions) => ({ network: parse(text(bytes), strictly(options)) })

const fileKinds: readonly FileKind[] = [
  { ending: '.net', read: notation },
  { ending: '.txt', read: notation },
  { ending: '.json', read: (bytes) => ({ network: networkFromJson(text(bytes)) }) },
  { ending: '.lenslet', read: (bytes, _, path) => ({ network: decodeModel(bytes).network, model: resolve(path) }) },
  {
    ending: '.onnx',
    read() {
      throw new UsageError('ONNX files cannot be read yet', {
        received: 'a file ending in .onnx',
        expected: readableEndings(),
        advice: 'write the network in the notation',
      })
    },
  },
]

const readableEndings = () =>
  fileKinds
    .map(({ ending }) => ending)
    .filter((ending) => ending !== '.onnx')
    .join(', ')

const strictly = ({ strict = false }: ReadOptions) => ({ strict })

/**
 * Reads `<net>`. Throws `UsageError` for what is none, and whatever is wrong with the network: `NotationError`,
 * `NetworkError`, `SizeError`.
 */
export async function readNetwork(spec: string, options: ReadOptions = {}): Promise<NetworkSource> {
  if (zoo.has(spec)) {
    const entry = zoo.entry(spec)
    return { network: parse(entry.notation, strictly(options)), name: spec, entry }
  }
  // An arrow, a bracket or a first word INPUT: nothing else looks like that, a path least of all.
  if (/->|→|[[(|]|^\s*INPUT\b/i.test(spec)) return { network: parse(spec, strictly(options)), name: 'network' }
  const kind = fileKinds.find(({ ending }) => extname(spec).toLowerCase() === ending)
  if (kind === undefined) throw unknown(spec)
  const source = kind.read(await readFile(spec).catch(missing(spec)), options, spec)
  if (options.strict === true) refuseNotices(source.network)
  return { ...source, name: basename(spec, extname(spec)) }
}

function missing(path: string) {
  return (cause: NodeJS.ErrnoException): never => {
    throw new UsageError(`cannot read ${path}`, {
      received: cause.code === 'ENOENT' ? 'no such file' : cause.message,
      expected: 'a file with a network',
      advice: 'check the path; it is relative to the folder that you are in',
      cause,
    })
  }
}

function unknown(spec: string): UsageError {
  const near = closest(spec.toLowerCase(), zoo.names)
  return new UsageError(`no network is called ${JSON.stringify(spec)}`, {
    received: spec.trim() === '' ? 'nothing' : spec,
    expected: `a name from the zoo (${zoo.names.join(', ')}), a text such as "INPUT 28x28x1 -> CONV5-6 -> RELU -> FC-10", or a file (${readableEndings()})`,
    advice: near === undefined ? ownHelp() : `did you mean ${near}?`,
  })
}

/** JSON has no lines to point at; the notation has, and `parse` points at them. */
function refuseNotices(network: Network): void {
  const [notice] = cost(network).notices
  if (notice === undefined) return
  const [node = '', sentence = ''] = notice.split(/: (.*)/s)
  throw new SizeError(node, sentence, { expected: 'sizes that come out whole, since strict was asked for' })
}
