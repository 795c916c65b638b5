/**
 * SCALE 0.2: multiplies all values by a constant (the residuals of Inception-ResNet, Szegedy et al. 2016). SCALE 1e-6
 * learned: by a learned factor for each channel that starts there (LayerScale, Touvron et al. 2021).
 */

import { boolean, number, object } from '../../core/schema.ts'
import { multiplyChannels, multiplyNumber } from '../../ops/multiply/op.ts'
import type { Value } from '../../ops/types.ts'
import { oneInput, only } from '../parts.ts'
import type { Layer } from '../types.ts'

interface ScaleAttributes {
  /** The constant, or what the learned factors start at. */
  readonly factor: number
  readonly learned: boolean
}

interface Parameters {
  /** [D] */
  readonly scale?: Value
}

export const scale: Layer<ScaleAttributes, Parameters, 'scale'> = {
  type: 'scale',
  notation: {
    word: 'SCALE',
    form: { number: 'required', flags: { learned: 'a learned factor for each channel' }, example: 'SCALE 0.2' },
    read: ({ number: factor = 1, flags = [] }) => ({ factor, learned: flags.includes('learned') }),
    write: ({ factor, learned }) => ({ number: factor, flags: learned ? ['learned'] : [] }),
  },
  attributes: object({ factor: number(), learned: boolean }),
  inputs: oneInput,
  output: (_, volume) => volume,
  countsVolume: false,
  parameters({ factor, learned }, { channels }) {
    if (!learned) return []
    const initial = { kind: 'constant', value: factor } as const
    return [{ name: 'scale', shape: [channels], initial, role: 'learned', decays: false }]
  },
  lower({ attributes: { factor }, x, parameters: { scale: factors }, emit }) {
    if (factors === undefined) return only(emit(multiplyNumber, { factor }, [x]))
    return only(emit(multiplyChannels, {}, [x, factors]))
  },
  describe: ({ factor, learned }) => (learned ? `learned for each channel, from ${factor}` : `by ${factor}`),
}
