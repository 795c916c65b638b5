/** Trains: the calls of the train panel, in the worker. */

import { inferVolumes, type SizedNode } from 'lenslet/network'
import { parse } from 'lenslet/notation'
import { takeCifar } from '../engine/cifar.ts'
import type { Handlers } from '../engine/context.ts'
import { Moved } from '../engine/context.ts'
import { factsOf, forgetData, openData } from '../engine/data.ts'
import type { TrainCalls } from './messages.ts'
import { judge } from './testing.ts'
import { trainerOf } from './trainer.ts'

export const handlers: Handlers<TrainCalls> = {
  'train.prepare': async ({ text, data: name, seed, settings, freeze }, context) => {
    const network = parse(text)
    const beginning = freeze && (await import('../pretrained/engine.ts')).beginningFor(network, freeze)
    const input = beginning?.input ?? (inferVolumes(network)[0] as SizedNode).output
    const heard = (share: number) => context.tell('train.reading', { data: name, share })
    const data = await openData(name, { input, normalization: beginning?.normalization }, heard)
    const begin = { network, data, seed, settings, frozen: beginning?.frozen }
    const model = await trainerOf(context).prepare(begin, beginning && ((of) => beginning.model(of, seed)))
    return { text, data: factsOf(name, data), description: model.description, threads: model.threads }
  },
  'train.start': (_, context) => {
    trainerOf(context).start()
    return {}
  },
  'train.pause': (_, context) => {
    trainerOf(context).pause()
    return {}
  },
  'train.step': async (_, context) => {
    await trainerOf(context).step()
    return {}
  },
  'train.change': ({ settings }, context) => trainerOf(context).change(settings),
  'train.judge': async (question, context) => {
    const { session } = context
    const { model } = session
    const { sample } = trainerOf(context)
    if (model === undefined || sample === undefined) return { images: [] }
    const images = await judge(model, sample, question, (use) => session.between(use)).catch((error: unknown) => {
      // Another model has taken its place meanwhile.
      if (session.model !== model) return []
      throw error
    })
    return new Moved(
      { images },
      images.map(({ pixels }) => pixels.buffer),
    )
  },
  'train.give': async ({ files }) => {
    const { train, test } = await takeCifar(files)
    forgetData('cifar10')
    return { train: train.count, test: test.count }
  },
}
