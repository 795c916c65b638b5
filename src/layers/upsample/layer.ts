/**
 * UPSAMPLE2, UPSAMPLE to56x48 bilinear: a larger map (or to a size, also a smaller one) from the nearest values or, `bilinear`,
 * from the four around each position. Bilinear counts from the centers of pixels; with `corners` the corner pixels keep
 * their places (PyTorch's interpolate with align_corners).
 */

import { either, literal, object } from '../../core/schema.ts'
import type { Volume } from '../../core/shapes.ts'
import { resample } from '../../ops/resample/op.ts'
import type { Pair } from '../../ops/window.ts'
import { NotationValueError } from '../errors.ts'
import { oneInput, only } from '../parts.ts'
import type { Sight } from '../sight.ts'
import type { Layer } from '../types.ts'
import { pairSchema, readPair, writePair } from '../window.ts'

type Mode = 'nearest' | 'bilinear' | 'corners'
type UpsampleAttributes = { readonly factor: Pair; readonly mode: Mode } | { readonly size: Pair; readonly mode: Mode }

const mode = either(literal('nearest'), either(literal('bilinear'), literal('corners')))

function sizeOf(attributes: UpsampleAttributes, { height, width }: Volume): Pair {
  if ('size' in attributes) return attributes.size
  return [height * attributes.factor[0], width * attributes.factor[1]]
}

export const upsample: Layer<UpsampleAttributes, object, 'upsample'> = {
  type: 'upsample',
  notation: {
    word: 'UPSAMPLE',
    form: {
      size: 'optional',
      options: { to: 'output size' },
      flags: { bilinear: 'interpolate the four nearest values', corners: 'bilinear, corner pixels keep their places' },
      example: 'UPSAMPLE2 bilinear',
    },
    read({ size, options: { to } = {}, flags = [] }) {
      const [mode = 'nearest', ...others] = flags as readonly ('bilinear' | 'corners')[]
      if (others.length === 0) {
        if (size !== undefined && to === undefined) return { factor: readPair(size, 1, 'the factor'), mode }
        if (to !== undefined && size === undefined) return { size: readPair(to, 1, 'the size'), mode }
      }
      throw new NotationValueError('UPSAMPLE takes a factor or a size, and bilinear or corners', {
        received: [`UPSAMPLE${size?.join('x') ?? ''}`, ...(to ? [`to${to.join('x')}`] : []), ...flags].join(' '),
        expected: 'UPSAMPLE2, UPSAMPLE to56 or UPSAMPLE2 bilinear',
      })
    },
    write: (attributes) => ({
      ...('factor' in attributes
        ? { size: writePair(attributes.factor) }
        : { options: { to: writePair(attributes.size) } }),
      flags: attributes.mode === 'nearest' ? [] : [attributes.mode],
    }),
  },
  attributes: either(object({ size: pairSchema, mode }), object({ factor: pairSchema, mode })),
  inputs: oneInput,
  output(attributes, volume) {
    const [height, width] = sizeOf(attributes, volume)
    return { ...volume, height, width }
  },
  sight(attributes, volume): Sight {
    const [height, width] = sizeOf(attributes, volume)
    const factor: Pair = [height / volume.height, width / volume.width]
    if (!factor.every(Number.isInteger)) return { kind: 'everything' }
    if (attributes.mode === 'nearest') return { kind: 'upsample', factor }
    // On the map enlarged by copies: half a pixel to both sides; with corners, whose steps are longer, at most a whole one.
    const reach = (times: number): Pair =>
      attributes.mode === 'corners' ? [times - 1, times] : [Math.floor(times / 2), Math.floor(times / 2)]
    const [[up, down], [left, right]] = [reach(factor[0]), reach(factor[1])]
    const window = { stride: [1, 1], padding: [up, left, down, right], dilation: [1, 1] } as const
    return { kind: 'upsample', factor, window: { kernel: [up + down + 1, left + right + 1], ...window } }
  },
  lower({ attributes, x, emit }) {
    const sides = { input: [x.volume.height, x.volume.width], output: sizeOf(attributes, x.volume) } as const
    return only(emit(resample, { rule: attributes.mode, ...sides, start: [0, 0] }, [x]))
  },
  describe: (attributes) =>
    `${'factor' in attributes ? `${attributes.factor.join('×')} times` : `to ${attributes.size.join('×')}`}, ${attributes.mode}`,
}
