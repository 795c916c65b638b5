/**
 * Reads a network of Caffe's (https://caffe.berkeleyvision.org). A `.prototxt` finds its weights beside it: the `.caffemodel`
 * of the same name, or the only one in the folder. Without one it is a network without weights. Newer `.caffemodel`s hold
 * the network, too.
 */

import { printable } from '../../core/text.ts'
import { ForeignFileError } from '../errors.ts'
import { openFile } from '../openFile.ts'
import type { ImportedModel, ModelFiles } from '../types.ts'
import { Arrays } from './arrays.ts'
import { decodeNet } from './binary.ts'
import { type Converted, convert } from './convert.ts'
import { besideModel, meanBeside, textBeside } from './files.ts'
import { type CaffeNet, readNet } from './net.ts'
import { preprocessing } from './preprocessing.ts'
import { parseText } from './text.ts'

/** @throws {ForeignFileError} @throws {UnsupportedModelError} */
export async function readCaffe(files: ModelFiles): Promise<ImportedModel> {
  const { net, stored, notes } = await readNets(files)
  const mean = await meanBeside(files, [...net.layers, ...(stored?.layers ?? [])])
  const arrays = new Arrays(stored?.layers)
  const converted = convert(net, arrays, mean?.file)
  const prepared = preprocessing(converted, stored?.layers ?? [], mean)
  return {
    network: converted.network,
    weights: arrays.areThere ? converted.weights : new Map(),
    info: { ...prepared.info, tensors: tensorsOf(converted), origin: originOf(net) },
    notes: [...notes, ...net.notes, ...converted.notes, ...prepared.notes],
  }
}

interface Nets {
  readonly net: CaffeNet
  /** The network that holds the weights. */
  readonly stored: CaffeNet | undefined
  readonly notes: readonly string[]
}

async function readNets(files: ModelFiles): Promise<Nets> {
  const bytes = await openFile(files)
  if (/\.caffemodel$/i.test(files.name)) {
    const stored = readNet(decodeNet(bytes), 'stored')
    const text = await textBeside(files)
    if (text === undefined) return { net: stored, stored, notes: [] }
    return {
      net: readNet(parseText(text.bytes.read()), 'TEST'),
      stored,
      notes: [`network from ${printable(text.name)}`],
    }
  }
  const net = readNet(parseText(bytes.read()), 'TEST')
  const weights = await besideModel(files)
  if (weights === undefined) {
    return { net, stored: undefined, notes: ['there is no .caffemodel in the folder: the network has no weights'] }
  }
  try {
    const note = `weights from ${printable(weights.name)}`
    return { net, stored: readNet(decodeNet(weights.bytes), 'stored'), notes: [note] }
  } catch (error) {
    if (!(error instanceof ForeignFileError)) throw error
    const { received, expected, advice } = error
    throw new ForeignFileError(`${printable(weights.name)}: ${error.message.split('\n')[0]}`, {
      ...(received === undefined ? {} : { received }),
      ...(expected === undefined ? {} : { expected }),
      ...(advice === undefined ? {} : { advice }),
      cause: error,
    })
  }
}

function tensorsOf({ input, output }: Converted): NonNullable<ImportedModel['info']['tensors']> {
  return { input: { ...input, order: 'chw' }, output: { ...output, order: 'chw' } }
}

const originOf = ({ name }: CaffeNet) => (name === '' ? 'Caffe' : `Caffe: ${printable(name.slice(0, 200))}`)
