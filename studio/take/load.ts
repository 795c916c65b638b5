/** A model from a file becomes the session's: it is trained further where the images fit, and else only tried. */

import { ArgumentError, LensletError, sameVolume } from 'lenslet/core'
import type { ImportedModel } from 'lenslet/exchange'
import { Model } from 'lenslet/model'
import { inferVolumes, type Network, type SizedNode } from 'lenslet/network'
import { parse, print } from 'lenslet/notation'
import type { EngineContext } from '../engine/context.ts'
import { factsOf, openData } from '../engine/data.ts'
import { faultOf } from '../engine/fault.ts'
import { trainerOf } from '../train/trainer.ts'
import type { Loaded, Wish } from './messages.ts'

/** @param text the notation of the network as a person wrote it, where it is known */
export async function adopt(
  imported: ImportedModel,
  wish: Wish,
  context: EngineContext,
  text = print(imported.network),
): Promise<Loaded> {
  const network = parse(text)
  const weights = byNamesOf(network, imported)
  const { info, notes } = imported
  const { data: name, settings, seed } = wish
  const make = () => Model.create(network, { weights, info, seed })
  try {
    const { output } = inferVolumes(network)[0] as SizedNode
    const { preprocessing, normalization } = info
    const wanted = { input: { ...output, ...(preprocessing !== undefined && { preprocessing }) }, normalization }
    const data = await openData(name, wanted, (share) => context.tell('train.reading', { data: name, share }))
    const model = await trainerOf(context).prepare({ network, data, seed, settings }, make)
    const prepared = { text, data: factsOf(name, data), description: model.description, threads: model.threads }
    return { text, prepared, notes }
  } catch (error) {
    if (!(error instanceof LensletError)) throw error
    // What does not fit the images is worth a look without them.
    const { session } = context
    await session.between(async () => {
      await trainerOf(context).leave()
      await session.replace(undefined, 'none')
      await session.replace(await make(), 'loaded')
    })
    return { text, reason: faultOf(error).message, notes }
  }
}

/** The editor's network has the names of its text, the file's may have others; they have the same layers in the same order. */
function byNamesOf(network: Network, { network: theirs, weights }: ImportedModel): ImportedModel['weights'] {
  const [ours, other] = [inferVolumes(network), inferVolumes(theirs)]
  const isSame =
    ours.length === other.length &&
    ours.every(({ node, output }, i) => {
      const same = other[i]
      return same !== undefined && node.type === same.node.type && sameVolume(output, same.output)
    })
  if (!isSame)
    throw new ArgumentError('the network of this file cannot be written in the notation layer by layer', {
      received: `${other.length} layers`,
      expected: 'the same layers in the same order when its text is read again',
      advice: 'convert it on the command line: lenslet convert',
    })
  return new Map(
    ours.flatMap(({ node, parameters }, i) =>
      parameters.flatMap(({ name }) => {
        const source = weights.get(`${other[i]?.node.name}.${name}`)
        return source === undefined ? [] : [[`${node.name}.${name}`, source] as const]
      }),
    ),
  )
}
