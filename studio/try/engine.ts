/** Classifies images by the session's model. */

import { ArgumentError } from 'lenslet/core'
import type { Handlers } from '../engine/context.ts'
import type { TryCalls } from './messages.ts'

export const handlers: Handlers<TryCalls> = {
  'try.classify': async ({ image }, { session }) => {
    const all = await session.between(() => {
      if (session.model === undefined)
        throw new ArgumentError('there is no model yet', { advice: 'write a network, or press Start' })
      return session.model.classify(image, { top: Number.POSITIVE_INFINITY })
    })
    return { guesses: all.map((each) => ({ name: each.class, probability: each.probability })) }
  },
}
