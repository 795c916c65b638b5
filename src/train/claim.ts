/** One training at a time for a model: two would write the same weights in turn, and neither result would be right. */

import type { Program } from '../backends/types.ts'
import { ModelBusyError } from '../model/errors.ts'
import type { Model } from '../model/model.ts'
import type { Trainer } from '../model/uses.ts'

export interface Claim {
  /** The program of the training, as soon as there is one. */
  program: Program | undefined
  end(): void
}

const claims = new WeakMap<Model, Claim>()

/**
 * For a training that begins. Throws `ModelBusyError` where another one has begun and not ended; one whose memory was
 * released meanwhile cannot go on, and is no hindrance.
 */
export async function claim(model: Model, trainer: Trainer): Promise<Claim> {
  const before = claims.get(model)
  if (before !== undefined && (before.program === undefined || (await isHeld(trainer, before.program)))) throw busy()
  // Another one may have come first while this one waited.
  if (claims.get(model) !== before) throw busy()
  const mine: Claim = {
    program: undefined,
    end() {
      if (claims.get(model) === mine) claims.delete(model)
    },
  }
  claims.set(model, mine)
  return mine
}

async function isHeld(trainer: Trainer, program: Program): Promise<boolean> {
  return trainer.exclusively(program, async () => true).catch(() => false)
}

function busy(): ModelBusyError {
  return new ModelBusyError('this model is being trained', {
    received: 'a second training of the model before the first one ended',
    expected: 'one training at a time',
    advice: 'wait for the end of the first, leave its loop, or train another model',
  })
}
