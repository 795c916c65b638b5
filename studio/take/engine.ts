/** Writes the model as files, and takes models from files. */

import { ArgumentError } from 'lenslet/core'
import { readModel } from 'lenslet/exchange'
import { networkTable } from 'lenslet/inspect'
import type { Model } from 'lenslet/model'
import { type EngineContext, type Handlers, Moved } from '../engine/context.ts'
import { writers } from './files.ts'
import { adopt } from './load.ts'
import type { TakeCalls } from './messages.ts'

export const handlers: Handlers<TakeCalls> = {
  'take.facts': (_, { session }) => {
    const { model } = session
    if (model === undefined) return {}
    const { height, width, channels } = model.input
    const { parameters } = networkTable(model.network).totals
    return { model: { parameters, input: { height, width, channels }, classes: model.info.classes ?? [] } }
  },
  'take.file': async ({ kind, title, story }, context) => {
    const bytes = await withModel(context, (model) =>
      writers[kind](model, { title, story, data: context.session.data }),
    )
    return new Moved({ bytes }, [bytes.buffer])
  },
  'take.load': async ({ file, wish }, context) => adopt(await readModel(file, { name: file.name }), wish, context),
}

/** Between two steps of a training. */
export function withModel<T>({ session }: EngineContext, use: (model: Model) => Promise<T>): Promise<T> {
  return session.between(() => {
    if (session.model === undefined)
      throw new ArgumentError('there is no model yet', {
        advice: 'write a network that fits the images, or press Start',
      })
    return use(session.model)
  })
}
