/**
 * LOSS hinge margin=1: what the network is trained with, as its last word. It computes nothing. Which losses there are, and
 * their numbers, is said in ops/losses/table.ts.
 */

import { LensletError } from '../../core/errors.ts'
import { anyObject, type Schema } from '../../core/schema.ts'
import {
  type LossKind,
  type LossSettings,
  lossKinds,
  lossNumbers,
  printLoss,
  resolveLoss,
} from '../../ops/losses/table.ts'
import { NotationValueError } from '../errors.ts'
import { oneInput } from '../parts.ts'
import type { Layer, WordForm, WordParts } from '../types.ts'

const rows = lossKinds.map((kind) => [kind, lossNumbers(kind)] as const)

const form: WordForm = {
  values: Object.fromEntries(
    rows.flatMap(([, { meanings }]) =>
      Object.entries(meanings).map(([name, meaning]) => [name, { meaning, kind: 'number' }]),
    ),
  ),
  flags: Object.fromEntries(rows.map(([kind, { use }]) => [kind, use])),
  flagsLead: true,
  example: 'LOSS hinge margin=1',
}

function read({ flags = [], values = {} }: WordParts): LossSettings {
  const [kind, ...others] = flags as readonly LossKind[]
  if (kind === undefined || others.length > 0) {
    throw new NotationValueError('LOSS takes the name of one loss', {
      received: flags.join(' ') || 'none',
      expected: lossKinds.join(', '),
    })
  }
  try {
    return resolveLoss({ kind, ...values } as LossSettings).settings
  } catch (error) {
    if (!(error instanceof LensletError)) throw error
    const { received = '', expected = '' } = error
    throw new NotationValueError(error.message.split('\n')[0] as string, { received, expected })
  }
}

/** The numbers that differ from the defaults. */
function write({ kind, ...numbers }: LossSettings): WordParts {
  const { defaults } = lossNumbers(kind)
  const values = Object.fromEntries(Object.entries(numbers).filter(([name, value]) => value !== defaults[name]))
  return { flags: [kind], ...(Object.keys(values).length > 0 && { values: values as Record<string, number> }) }
}

/** Complete settings; class weights belong to the data, and are an option of the training. */
const attributes: Schema<LossSettings> = {
  fault(value) {
    const fault = anyObject.fault(value)
    if (fault !== undefined) return fault
    try {
      const { settings, weights } = resolveLoss(value as LossSettings)
      if (weights !== undefined) return { path: [], message: 'must not have weights of classes' }
      const missing = Object.keys(settings).find((name) => !Object.hasOwn(value as object, name))
      return missing === undefined ? undefined : { path: [missing], message: 'must be a number, not nothing' }
    } catch (error) {
      if (!(error instanceof LensletError)) throw error
      return { path: [], message: error.message.replaceAll('\n', ' ') }
    }
  },
  fits: (value): value is LossSettings => attributes.fault(value) === undefined,
}

export const loss: Layer<LossSettings, object, 'loss'> = {
  type: 'loss',
  notation: { word: 'LOSS', form, read, write },
  attributes,
  inputs: oneInput,
  output: (_, volume) => volume,
  countsVolume: false,
  handsOn: true,
  loss: (settings) => settings,
  lower: ({ x }) => x,
  describe: printLoss,
}
