/** `lenslet convert <in> out.onnx`: a model with its weights, verified before it is written. */

import { existsSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { platform } from '#platform'
import type { Volume } from '../core/shapes.ts'
import { counted, listed } from '../core/text.ts'
import { foldBatchNorm } from '../exchange/foldBatchNorm.ts'
import { lazyWeights } from '../exchange/lazyWeights.ts'
import { modelFiles } from '../exchange/node/modelFiles.ts'
import { readModel } from '../exchange/read.ts'
import type { ExportedModel, Format, ImportedModel, WriteOptions, WrittenFiles } from '../exchange/types.ts'
import { fcToConv } from '../network/fullyConvolutional.ts'
import { inferVolumes } from '../network/volumes.ts'
import { cost } from '../plan/cost.ts'
import type { ConvertCall } from './convertCall.ts'
import { readConvertible } from './convertSource.ts'
import { roundings, type Verified, verifyConversion } from './convertVerify.ts'
import { sayConverted } from './convertWords.ts'
import { readCall } from './errors.ts'
import { sayNotes } from './foreign.ts'
import { checkOpenSize } from './openSize.ts'
import { withPreprocessing } from './preprocess.ts'
import type { Terminal } from './terminal.ts'

export async function convertModel(
  format: Format,
  from: string,
  out: string,
  call: ConvertCall,
  terminal: Terminal,
): Promise<void> {
  const source = await readConvertible(from, call.network, call)
  sayNotes(source)
  const input = inferVolumes(source.network)[0]?.output as Volume
  checkOpenSize(input, call.size)
  const info = await readCall(() => withPreprocessing({ input, info: source.info }, call))
  const before = { network: source.network, weights: lazyWeights(source.weights), info }
  const { model, notes } = await readCall(() => changed(before, call))
  sayNotes({ notes })
  const { main, beside } = await filesOf(format, model, call.half === true ? { half: true } : {}, basename(out))
  const rounding = roundings[call.half === true ? 'float16' : 'float32']
  let verified: Verified | undefined
  // As it will be read, before the file has its name.
  const verify = async (written: string) => {
    verified = await verifyConversion(before, await readBack(out, written), rounding)
  }
  let length = 0
  const count = (more: number) => {
    length += more
  }
  const others = [...beside].map(([name, parts]) => ({ path: join(dirname(out), name), parts }))
  const fresh = others.filter(({ path }) => !existsSync(path))
  try {
    // Before the file that names them.
    for (const { path, parts } of others) await platform.writeFileAtomic(path, counting(parts, count))
    await platform.writeFileAtomic(
      out,
      counting(main, count),
      call.verify && format.readModel !== undefined ? verify : undefined,
    )
  } catch (error) {
    for (const { path } of fresh) await platform.removeFile(path)
    throw error
  }
  sayConverted(terminal, {
    in: from,
    out,
    bytes: length,
    nodes: model.network.nodes.length,
    parameters: cost(model.network).totals.parameters,
    difference: verified?.difference ?? null,
    ...(verified && { largest: verified.largest }),
    ...(source.match && { matched: source.match.matched.length, missing: [], leftOver: source.match.leftOver }),
    notes: [...source.notes, ...notes],
  })
}

async function filesOf(
  { writeModel, writeFiles }: Format,
  model: ExportedModel,
  options: WriteOptions,
  name: string,
): Promise<WrittenFiles> {
  if (writeFiles !== undefined) return writeFiles(model, options, name)
  return { main: (await writeModel?.(model, options)) ?? [], beside: new Map() }
}

/** What the options change, and what to say about it. */
function changed(model: ExportedModel, { foldBn, fcToConv: toConv }: ConvertCall) {
  const notes: string[] = []
  let { network, weights } = model
  if (foldBn === true) {
    const result = foldBatchNorm(network, weights)
    network = result.network
    weights = result.weights
    const left = result.left.length === 0 ? '' : `; ${listed(result.left)} cannot be folded`
    notes.push(`${counted(result.folded.length, 'batch normalization')} folded into the layer before${left}`)
  }
  if (toConv === true) network = fcToConv(network)
  return { model: { network, weights, info: model.info }, notes }
}

/** @param written where the file is, which will be called `name` */
async function readBack(name: string, written: string): Promise<ImportedModel> {
  return readModel({ ...modelFiles(written), name })
}

function* counting(parts: Iterable<Uint8Array>, count: (bytes: number) => void): Iterable<Uint8Array> {
  for (const part of parts) {
    count(part.length)
    yield part
  }
}
