/** What layers that normalize (BN, GN, LN, IN) share: ε, and a scale and a shift for each channel that can be left out. */

import { literal, number, optional } from '../core/schema.ts'
import type { Affine } from '../ops/affine.ts'
import type { Value } from '../ops/types.ts'
import { NotationValueError } from './errors.ts'
import type { Notation, ParameterSpec, WordForm, WordParts } from './types.ts'

export interface NormAttributes extends Affine {
  /** Added to the variance. */
  readonly epsilon: number
}

export interface NormParameters {
  readonly scale?: Value
  readonly shift?: Value
}

const usual = 1e-5

/** The parts of a word that say ε and what is learned. */
export const normForm = {
  values: { eps: { meaning: 'added to the variance', kind: 'number' } },
  flags: { noscale: 'no learned scale', noshift: 'no learned shift' },
} as const satisfies Partial<WordForm>

const left = optional(literal(false))

/** Fields of the layer's schema. Scale and shift are there unless they are false. */
export const normSchema = { epsilon: number({ above: 0 }), scale: left, shift: left }

/** Throws `NotationValueError`. */
export function readNorm(word: string, { values = {}, flags = [] }: WordParts): NormAttributes {
  const epsilon = Number(values.eps ?? usual)
  if (!(epsilon > 0)) {
    throw new NotationValueError(`eps of ${word} must be above 0`, {
      received: `eps=${epsilon}`,
      expected: `a small positive number; the default is ${usual}`,
    })
  }
  return {
    epsilon,
    ...(flags.includes('noscale') && { scale: false }),
    ...(flags.includes('noshift') && { shift: false }),
  }
}

export function writeNorm({ epsilon, scale, shift }: NormAttributes): Required<Pick<WordParts, 'values' | 'flags'>> {
  return {
    values: epsilon === usual ? {} : { eps: epsilon },
    flags: [...(scale === false ? ['noscale'] : []), ...(shift === false ? ['noshift'] : [])],
  }
}

/** The whole word of a norm that has no other parts. */
export function normNotation(word: string): Notation<NormAttributes> {
  return {
    word,
    form: { ...normForm, example: `${word} eps=0.001` },
    read: (parts) => readNorm(word, parts),
    write: writeNorm,
  }
}

/** The learned scale (from 1) and shift (from 0), [channels] each. */
export function normParameters(
  { scale, shift }: Affine,
  channels: number,
): readonly ParameterSpec<'scale' | 'shift'>[] {
  return [
    ...(scale === false ? [] : [perChannel('scale', channels, 1, 'learned')]),
    ...(shift === false ? [] : [perChannel('shift', channels, 0, 'learned')]),
  ]
}

/** What PyTorch's norms call these arrays. */
const pytorchKeys = { scale: 'weight', shift: 'bias', mean: 'running_mean', variance: 'running_var' } as const

export function perChannel<N extends keyof typeof pytorchKeys>(
  name: N,
  channels: number,
  value: number,
  role: ParameterSpec['role'],
): ParameterSpec<N> {
  return {
    name,
    shape: [channels],
    initial: { kind: 'constant', value },
    role,
    decays: false,
    ...(name === 'variance' && { least: 0 }),
    pytorch: { key: pytorchKeys[name] },
  }
}

/** The values of scale and shift, where there are any. */
export function affineValues({ scale, shift }: NormParameters): readonly Value[] {
  return [scale, shift].filter((value) => value !== undefined)
}

export function describeNorm({ epsilon, scale, shift }: NormAttributes): readonly string[] {
  return [
    ...(epsilon === usual ? [] : [`ε ${epsilon}`]),
    ...(scale === false ? ['no scale'] : []),
    ...(shift === false ? ['no shift'] : []),
  ]
}
