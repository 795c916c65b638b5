/**
 * PAD p1,2,1,2 reflect: rows and columns added on each side: zeros, the image mirrored at its edge (without repeating the edge
 * itself), or the edge repeated. PyTorch's ZeroPad2d, ReflectionPad2d and ReplicationPad2d.
 */

import { either, literal, object } from '../../core/schema.ts'
import { printVolume } from '../../core/shapes.ts'
import { resample } from '../../ops/resample/op.ts'
import type { Padding } from '../../ops/window.ts'
import { NotationValueError, VolumeError } from '../errors.ts'
import { oneInput, only } from '../parts.ts'
import type { Layer } from '../types.ts'
import { paddingSchema, readPadding, shifted, writePadding } from '../window.ts'

interface PadAttributes {
  readonly padding: Padding
  readonly mode: 'zero' | 'reflect' | 'edge'
}

export const pad: Layer<PadAttributes, object, 'pad'> = {
  type: 'pad',
  notation: {
    word: 'PAD',
    form: {
      options: { p: 'padding' },
      flags: { reflect: 'the image mirrored at its edge', edge: 'the edge repeated' },
      example: 'PAD p1 reflect',
    },
    read({ options = {}, flags = [] }) {
      const [mode = 'zero', ...others] = flags as readonly ('reflect' | 'edge')[]
      if (options.p !== undefined && others.length === 0) return { padding: readPadding(options.p), mode }
      throw new NotationValueError('PAD needs the padding, and takes reflect or edge', {
        received: [...(options.p ? [`p${options.p.join(',')}`] : ['no p']), ...flags].join(' '),
        expected: 'PAD p1, PAD p0,0,1,1 (top, left, bottom, right) or PAD p1 reflect',
      })
    },
    write: ({ padding, mode }) => ({
      options: { p: writePadding(padding) },
      flags: mode === 'zero' ? [] : [mode],
    }),
  },
  attributes: object({
    padding: paddingSchema,
    mode: either(literal('zero'), either(literal('reflect'), literal('edge'))),
  }),
  inputs: oneInput,
  output({ padding, mode }, volume) {
    const most = [volume.height, volume.width]
    if (mode === 'reflect' && padding.some((side, i) => side >= (most[i % 2] ?? 1))) {
      throw new VolumeError('reflected padding must be narrower than the image', {
        received: `padding ${padding.join(', ')} (top, left, bottom, right) on ${printVolume(volume)}`,
        expected: `at most ${volume.height - 1} rows and ${volume.width - 1} columns`,
      })
    }
    const [top, left, bottom, right] = padding
    return { ...volume, height: top + volume.height + bottom, width: left + volume.width + right }
  },
  sight: ({ padding }) => shifted(padding),
  lower({ attributes, x, emit }) {
    const { height, width } = pad.output(attributes, x.volume, [])
    const [top, left] = attributes.padding
    const sides = {
      input: [x.volume.height, x.volume.width],
      output: [height, width],
      start: [0 - top, 0 - left],
    } as const
    return only(emit(resample, { rule: attributes.mode, ...sides }, [x]))
  },
  describe: ({ padding, mode }) => `p${padding.join(',')} ${mode}`,
}
