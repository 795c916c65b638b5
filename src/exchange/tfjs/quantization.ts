/** Weights that are kept as small integers: value·scale + min, computed in float32 as TensorFlow.js computes it. */

import { printable } from '../../core/text.ts'
import { ForeignFileError } from '../errors.ts'
import { type Json, shown } from '../keras/settings.ts'
import type { KerasArray } from '../keras/weights.ts'

/** Fills with the values that the integers stand for. 16-bit floats stand for themselves. */
export function dequantized(name: string, { fill }: KerasArray, settings: Json): KerasArray['fill'] {
  const { dtype, scale, min } = settings
  if (dtype === 'float16') return fill
  if (typeof scale !== 'number' || typeof min !== 'number') {
    throw new ForeignFileError(`the quantization of ${printable(name)} is invalid`, {
      received: shown(settings),
      expected: 'scale and min, two numbers',
      advice: 'convert the model again',
    })
  }
  return (into) => {
    fill(into)
    for (let i = 0; i < into.length; i++) into[i] = (into[i] as number) * scale + min
  }
}
