/** Makes models and trains them. */

import { Model } from 'lenslet/model'
import { inferVolumes, type SizedNode } from 'lenslet/network'
import { parse } from 'lenslet/notation'
import type { Handlers } from '../engine/context.ts'
import { factsOf, openData } from '../engine/data.ts'
import type { TrainCalls } from './messages.ts'

export const handlers: Handlers<TrainCalls> = {
  'train.prepare': async ({ text, data, seed }, { session, tell }) => {
    const network = parse(text)
    const { output } = inferVolumes(network)[0] as SizedNode
    const opened = await openData(data, (share) => tell('train.reading', { data, share }), output)
    return session.between(async () => {
      const model = await Model.create(network, { seed })
      session.data = opened
      await session.replace(model, 'new')
      return { data: factsOf(data, opened), description: model.description }
    })
  },
}
