/** What a program may pass for a file: its bytes, or a file with others beside it. */

import { ArgumentError } from '../core/errors.ts'
import { printKind } from '../core/options.ts'
import type { BlobLike } from '../data/source.ts'
import { ForeignFileError } from './errors.ts'
import type { ModelFiles } from './types.ts'

export interface SourceOptions {
  /** What the file is called: its ending says its format, and messages name it. Default: `model`. */
  readonly name?: string | undefined
  /** Files that the model may name (external data, shards), by their path from its folder: `weights/part1.bin`. */
  readonly files?: ReadonlyMap<string, Uint8Array> | undefined
}

export type ModelSource = Uint8Array | ArrayBuffer | BlobLike | ModelFiles

/** Throws `ArgumentError` for anything else. The bytes are not copied: they must stay as they are while the model is used. */
export function filesOf(source: ModelSource, { name = 'model', files = new Map() }: SourceOptions = {}): ModelFiles {
  if (source instanceof Uint8Array || source instanceof ArrayBuffer) {
    const bytes = source instanceof ArrayBuffer ? new Uint8Array(source) : source
    const beside = async (path: string) => files.get(insideOf(name, path))
    return { name, read: async () => bytes, beside, names: async () => [...files.keys()] }
  }
  if (isBlob(source)) {
    let read: Promise<ArrayBuffer> | undefined
    const bytes = () => {
      read ??= source.arrayBuffer()
      return read.then((buffer) => new Uint8Array(buffer))
    }
    return {
      name,
      read: bytes,
      beside: async (path) => files.get(insideOf(name, path)),
      names: async () => [...files.keys()],
    }
  }
  if (typeof source?.read === 'function' && typeof source.beside === 'function') return source
  throw new ArgumentError('no model can be read from this', {
    received: printKind(source),
    expected: 'bytes (Uint8Array, ArrayBuffer, Blob), or what modelFiles(path) of lenslet/exchange/node returns',
  })
}

const isBlob = (source: ModelSource): source is BlobLike =>
  typeof (source as Partial<BlobLike> | undefined)?.arrayBuffer === 'function'

/** The path without `.` and `..`. Throws `ForeignFileError` where it leaves the folder. */
function insideOf(name: string, path: string): string {
  const parts: string[] = []
  for (const part of path.split('/')) {
    if (part === '' || part === '.') continue
    if (part !== '..') parts.push(part)
    else if (parts.pop() === undefined) parts.push('..')
  }
  if (!path.startsWith('/') && parts[0] !== '..') return parts.join('/')
  throw new ForeignFileError(`${name} names a file outside its folder`, {
    received: path.slice(0, 200),
    expected: 'a path in the folder of the model',
  })
}
