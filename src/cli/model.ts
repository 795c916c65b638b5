/** The argument <model>: a `.lenslet` file, the folder of a run that holds one, or a model of another program. */

import { readdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { printable } from '../core/text.ts'
import { fileKind } from '../data/node/endings.ts'
import { formatOf, hasEnding, startBytes } from '../exchange/formatOf.ts'
import { lenslet } from '../exchange/lenslet/format.ts'
import { startOfFile } from '../exchange/node/modelFiles.ts'
import type { Format, OpenSizes } from '../exchange/types.ts'
import { ModelFileError, SafetensorsError } from '../model/errors.ts'
import { Model } from '../model/model.ts'
import { systemReason } from '../platform/systemErrors.ts'
import { zoo } from '../zoo/zoo.ts'
import { readCall, UsageError } from './errors.ts'
import { foreignEndings, readForeign, sayNotes } from './foreign.ts'
import { hub, isHubModel } from './hub.ts'
import { describeOther, isSafetensors, order } from './otherFiles.ts'
import { filesOf } from './runFolder.ts'
import { isTorchFolder } from './torchFolder.ts'

const expected = `a .lenslet file, or the folder of a run; of other programs: ${foreignEndings}`
/** Of arguments, for help. */
export const modelHelp = `a .lenslet file, the folder of a run, or a model of another program (${foreignEndings}), also on the Hugging Face hub (hf:OWNER/NAME)`

/** Always of the default batch, so that every verb gives the same bits for a picture. */
export async function openModel(
  path: string,
  { threads, exact = false, size }: { threads?: number | undefined; exact?: boolean | undefined } & OpenSizes,
): Promise<Model> {
  const { file, format } = await readCall(() => findModel(path))
  const how = { exact, ...(threads === undefined ? {} : { threads }) }
  if (format === lenslet) return loadOwn(file, how)
  const imported = await readForeign(file, { size })
  sayNotes(imported)
  const { network, weights, info } = imported
  return Model.create(network, { ...how, weights, info })
}

async function loadOwn(file: string, how: { readonly threads?: number; readonly exact: boolean }): Promise<Model> {
  try {
    return await Model.load(file, how)
  } catch (error) {
    if (!(error instanceof SafetensorsError || error instanceof ModelFileError)) throw error
    const [message] = error.message.split('\n')
    throw new ModelFileError(`${printable(file)} is not a model, or is damaged`, {
      received: `${message}${error.received === undefined ? '' : ` (${error.received})`}`,
      expected: error.expected ?? 'a .lenslet file as lenslet train writes it',
      advice: error.advice ?? 'copy the file again, or train it again',
      cause: error,
    })
  }
}

interface FoundModel {
  readonly file: string
  readonly format: Format
}

/** Throws `UsageError` for what can never be a model. */
export async function findModel(path: string): Promise<FoundModel> {
  if (isHubModel(path)) return { file: path, format: hub }
  const found = await stat(path).catch((cause: NodeJS.ErrnoException) => {
    throw missing(path, cause)
  })
  if (found.isDirectory()) return { file: await findInFolder(path), format: lenslet }
  // Reading its first bytes could wait forever.
  if (!found.isFile())
    throw new UsageError(`${printable(path)} is not a model`, {
      received: 'a pipe, a socket or a device',
      expected,
      advice: 'copy its output to a file, and pass the file',
    })
  // A damaged .lenslet file is the file's fault, and not the call's.
  if (hasEnding(path, lenslet)) return { file: path, format: lenslet }
  const start = await startOfFile(path, startBytes)
  const format = formatOf(path, start)
  if (format !== undefined) return { file: path, format }
  if (isSafetensors(start, found.size)) return { file: path, format: lenslet }
  const { what, advice } = describeOther(path, start)
  throw new UsageError(`${printable(path)} is not a model`, { received: what, expected, advice })
}

function missing(path: string, cause: NodeJS.ErrnoException): UsageError {
  if (zoo.has(path)) {
    return new UsageError(`${printable(path)} is a network without weights`, {
      received: 'a name from the zoo',
      expected,
      advice: `train it first: lenslet train ${printable(path)} --data <data>`,
    })
  }
  return new UsageError(`there is no model ${printable(path)}`, {
    received: cause.code === 'ENOENT' ? 'no such file' : systemReason(cause).received,
    expected,
    advice: 'lenslet train makes one; check the path',
    cause,
  })
}

async function findInFolder(path: string): Promise<string> {
  const { model, checkpoint, settings } = filesOf(path)
  if (await isThere(model)) return model
  const received = `no ${printable(join(path, 'model.lenslet'))}`
  if ((await isThere(checkpoint)) || (await isThere(settings))) {
    throw new UsageError(`the folder ${printable(path)} holds no finished model`, {
      received,
      expected: 'the folder of a run that was trained to its end',
      advice: `lenslet train --resume ${printable(path)}`,
    })
  }
  const names = await readdir(path).catch(() => [] as string[])
  if (await isTorchFolder(path)) {
    const weights = names.includes('best.safetensors') ? 'best.safetensors' : 'last.safetensors'
    throw new UsageError(`the folder ${printable(path)} is a training of PyTorch`, {
      received,
      expected,
      advice: names.includes(weights)
        ? printable(join(path, weights))
        : 'train it first: its README.md has the commands',
    })
  }
  const other = names.find((name) => name.toLowerCase().endsWith('.lenslet'))
  const run = await firstRun(path, names)
  const hasPictures = names.some((name) => fileKind(name) === 'picture')
  throw new UsageError(`the folder ${printable(path)} is not a model`, {
    received: hasPictures ? 'a folder of images' : received,
    expected,
    advice:
      other !== undefined || run !== undefined
        ? `did you mean ${printable(join(path, (other ?? run) as string))}?`
        : `${order}; lenslet train makes a model`,
  })
}

/** Of `runs` given in place of one run: the last by name, which holds its time. */
async function firstRun(path: string, names: readonly string[]): Promise<string | undefined> {
  const are = await Promise.all(names.map((name) => isThere(filesOf(join(path, name)).model)))
  return names
    .filter((_, index) => are[index])
    .sort()
    .at(-1)
}

async function isThere(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  )
}
