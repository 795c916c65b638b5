/**
 * PRELU: x where positive, a·x elsewhere, with a learned slope a for each channel, or one for all with `shared` (He et al.
 * 2015, "Delving Deep into Rectifiers"). Slopes start at 0.25 and do not decay, as there.
 */

import { boolean, number, object } from '../../core/schema.ts'
import { volumeSize } from '../../core/shapes.ts'
import { prelu as preluOp } from '../../ops/prelu/op.ts'
import type { Value } from '../../ops/types.ts'
import { oneInput, only } from '../parts.ts'
import type { Layer } from '../types.ts'

interface PreluAttributes {
  /** What the slopes start at. */
  readonly slope: number
  /** One slope for all channels. */
  readonly shared: boolean
}

interface Parameters {
  /** [D], or [1] if shared. */
  readonly slope: Value
}

const usual = 0.25

export const prelu: Layer<PreluAttributes, Parameters, 'prelu'> = {
  type: 'prelu',
  notation: {
    word: 'PRELU',
    form: { number: 'optional', flags: { shared: 'one slope for all channels' }, example: 'PRELU 0.25 shared' },
    read: ({ number: slope = usual, flags = [] }) => ({ slope, shared: flags.includes('shared') }),
    write: ({ slope, shared }) => ({
      ...(slope === usual ? {} : { number: slope }),
      flags: shared ? ['shared'] : [],
    }),
  },
  attributes: object({ slope: number(), shared: boolean }),
  inputs: oneInput,
  output: (_, volume) => volume,
  countsVolume: false,
  parameters({ slope, shared }, { channels }) {
    const initial = { kind: 'constant', value: slope } as const
    return [{ name: 'slope', shape: [shared ? 1 : channels], initial, role: 'learned', decays: false }]
  },
  lower({ attributes: { shared }, x, parameters: { slope }, emit, view }) {
    if (!shared) return only(emit(preluOp, {}, [x, slope]))
    // As a volume of a single channel, all values share a slope.
    const single = view(x, { height: 1, width: volumeSize(x.volume), channels: 1 })
    return view(only(emit(preluOp, {}, [single, slope])), x.volume)
  },
  describe: ({ slope, shared }) =>
    `${shared ? 'one slope' : 'a slope for each channel'}${slope === usual ? '' : `, from ${slope}`}`,
}
