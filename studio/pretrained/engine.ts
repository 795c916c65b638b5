/** Holds a trained network that a person gave: it can be tried and looked into, or begin a training for other classes. */

import { ArgumentError, type Volume } from 'lenslet/core'
import { type Normalization, printAugmentation } from 'lenslet/data'
import { type ImportedModel, readModel, withNewHead } from 'lenslet/exchange'
import { networkTable } from 'lenslet/inspect'
import { Model, type ModelInfo } from 'lenslet/model'
import { fitHead, headOf, inferVolumes, type Network, type SizedNode } from 'lenslet/network'
import { parse, print } from 'lenslet/notation'
import { fineTuning } from 'lenslet/zoo'
import type { Handlers } from '../engine/context.ts'
import { trainerOf } from '../train/trainer.ts'
import type { Freeze, PretrainedCalls, PretrainedFacts } from './messages.ts'

interface Held {
  readonly name: string
  readonly model: ImportedModel
}
let held: Held | undefined

/** Bytes of a model, and of the files beside it, that a page reads. */
const mostBytes = 2 ** 30

export const handlers: Handlers<PretrainedCalls> = {
  'pretrained.read': async ({ files }) => {
    const given = await modelOf(files)
    const facts = factsOf(given)
    held = given
    return facts
  },
  'pretrained.use': async (_, context) => {
    const { session } = context
    const { model: source } = current()
    return session.between(async () => {
      await trainerOf(context).leave()
      // Before the new one, so that both are not in memory.
      await session.replace(undefined, 'none')
      const model = await Model.create(source.network, { weights: source.weights, info: source.info })
      await session.replace(model, 'loaded')
      return { description: model.description }
    })
  },
  'pretrained.tune': ({ classes, count, freeze }) => {
    const network = fitHead(current().model.network, classes.length)
    const {
      batch = 32,
      optimizer,
      schedule,
      epochs,
      augment = {},
    } = fineTuning({
      network,
      frozen: frozenBy(freeze),
      count: Math.max(1, count),
      classes,
    })
    const { kind, rate } = optimizer as { readonly kind: string; readonly rate: number }
    // Frozen layers run once over images that stay as they are: mirrored ones would take as long, and as much memory, again.
    const told = freeze === 'none' ? printAugmentation(augment) : 'none'
    return {
      text: print(network),
      batch,
      optimizer: kind,
      rate,
      schedule: schedule as string,
      epochs,
      augment: told === 'none' ? '' : told,
    }
  },
}

/** What a training begins with in place of new weights. */
export interface Beginning {
  readonly input: Volume & Pick<ModelInfo, 'preprocessing'>
  readonly normalization: Normalization | undefined
  readonly frozen: readonly string[]
  model(network: Network, seed: number): Promise<Model>
}

/**
 * For a network that is the one that was given, but for its head.
 *
 * Throws `ArgumentError` for any other, whose layers the weights do not fit.
 */
export function beginningFor(network: Network, freeze: Freeze): Beginning {
  const { name, model } = current()
  const scores = headOf(network)?.count
  const fitted = scores === undefined ? model.network : fitHead(model.network, scores)
  if (print(fitted) !== print(network))
    throw new ArgumentError('the design is not the network that was trained', {
      received: 'other layers',
      expected: `the layers of ${name}, with another last one`,
      advice: 'undo the changes, or train the design from new weights: choose the images again',
    })
  const { output } = inferVolumes(network)[0] as SizedNode
  const { preprocessing, normalization } = model.info
  return {
    input: { ...output, ...(preprocessing !== undefined && { preprocessing }) },
    normalization,
    frozen: frozenBy(freeze),
    // The names of the classes are those of the images.
    model: async (_, seed) => withNewHead(model, fitted, { seed }),
  }
}

function frozenBy(freeze: Freeze): readonly string[] {
  return freeze === 'none' ? [] : [freeze]
}

function current(): Held {
  if (held !== undefined) return held
  throw new ArgumentError('there is no trained network', {
    received: 'a page that was loaded again',
    expected: 'a model file',
    advice: 'drop the file of the network again',
  })
}

/** The first file that is a model; the others are beside it. Throws what `readModel` throws for the first one otherwise. */
async function modelOf(files: readonly File[]): Promise<Held> {
  const bytes = files.reduce((sum, { size }) => sum + size, 0)
  if (bytes > mostBytes)
    throw new ArgumentError('the model is too large for a browser tab', {
      received: `${Math.round(bytes / 1e6)} MB`,
      expected: `at most ${Math.round(mostBytes / 1e6)} MB`,
      advice: 'take a smaller network, or lenslet convert --half',
    })
  let first: unknown
  for (const file of files) {
    const beside = new Map<string, Uint8Array>()
    for (const other of files) if (other !== file) beside.set(other.name, new Uint8Array(await other.arrayBuffer()))
    try {
      return { name: file.name, model: await readModel(file, { name: file.name, files: beside }) }
    } catch (error) {
      first ??= error
    }
  }
  throw first ?? new ArgumentError('no file was given', { expected: 'a model file' })
}

function factsOf({ name, model }: Held): PretrainedFacts {
  const { network, info, notes } = model
  const { totals } = networkTable(network)
  const sized = inferVolumes(network)
  const { output: input } = sized[0] as SizedNode
  const { channels, height, width } = (sized.at(-1) as SizedNode).output
  const head = headOf(network)?.name
  const learned = sized.filter(({ parameters }) => parameters.some(({ role }) => role === 'learned'))
  const text = print(network)
  // The text stands for the network from now on.
  parse(text)
  return {
    name,
    text,
    input,
    layers: network.nodes.length,
    parameters: totals.parameters,
    macs: totals.macs,
    scores: channels * height * width,
    classes: (info.classes ?? []).slice(0, 2000),
    preparation: preparationOf(info),
    notes,
    head,
    stops: learned.map(({ node }) => node.name).filter((each) => each !== head),
  }
}

function preparationOf({ preprocessing, normalization }: ModelInfo): readonly string[] {
  const said: string[] = []
  const { resize, interpolation } = preprocessing ?? {}
  if (resize !== undefined) {
    const to = resize.side ?? (resize.height === undefined ? undefined : `${resize.height}×${resize.width}`)
    said.push(`scaled: ${resize.kind}${to === undefined ? '' : ` ${to}`}${interpolation ? `, ${interpolation}` : ''}`)
  }
  if (normalization !== undefined) {
    const list = (values: readonly number[]) => values.map((value) => Number(value.toPrecision(4))).join(', ')
    said.push(`mean ${list(normalization.mean)}; deviation ${list(normalization.std)}`)
    if (normalization.colors === 'bgr') said.push('blue, green, red')
  }
  return said
}
