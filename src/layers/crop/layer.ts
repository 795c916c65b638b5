/**
 * CROP p1,0,1,0: rows and columns cut off each side; CROP to24: the centre of the image in this size. Where the centre leaves
 * an odd number of rows, one more is cut off the bottom than off the top (columns: the right).
 */

import { either, object } from '../../core/schema.ts'
import { printVolume, type Volume } from '../../core/shapes.ts'
import { resample } from '../../ops/resample/op.ts'
import type { Padding, Pair } from '../../ops/window.ts'
import { NotationValueError, VolumeError } from '../errors.ts'
import { oneInput, only } from '../parts.ts'
import type { Layer, WordParts } from '../types.ts'
import { paddingSchema, pairSchema, readPadding, readPair, shifted, writePadding, writePair } from '../window.ts'

type CropAttributes = { readonly cut: Padding } | { readonly size: Pair }

/** Rows and columns to cut off; negative where the image is smaller than the size. */
function cutOf(attributes: CropAttributes, { height, width }: Volume): Padding {
  if ('cut' in attributes) return attributes.cut
  const [rows, columns] = [height - attributes.size[0], width - attributes.size[1]]
  const [top, left] = [Math.floor(rows / 2), Math.floor(columns / 2)]
  return [top, left, rows - top, columns - left]
}

export const crop: Layer<CropAttributes, object, 'crop'> = {
  type: 'crop',
  notation: {
    word: 'CROP',
    form: { options: { p: 'cut off each side', to: 'size of the centre' }, example: 'CROP to6' },
    read({ options: { p, to } = {} }) {
      if (p !== undefined && to === undefined) return { cut: readPadding(p) }
      if (to !== undefined && p === undefined) return { size: readPair(to, 1, 'the size') }
      throw new NotationValueError('CROP takes what to cut off, or a size', {
        received: p === undefined ? 'neither' : 'both',
        expected: 'CROP p1, CROP p0,0,1,1 (top, left, bottom, right) or CROP to6',
      })
    },
    write(attributes): WordParts {
      if ('cut' in attributes) return { options: { p: writePadding(attributes.cut) } }
      return { options: { to: writePair(attributes.size) } }
    },
  },
  attributes: either(object({ size: pairSchema }), object({ cut: paddingSchema })),
  inputs: oneInput,
  output(attributes, volume) {
    const cut = cutOf(attributes, volume)
    const [top, left, bottom, right] = cut
    const [height, width] = [volume.height - top - bottom, volume.width - left - right]
    if (height >= 1 && width >= 1 && cut.every((side) => side >= 0)) return { ...volume, height, width }
    throw new VolumeError('the image is too small for this CROP', {
      received: printVolume(volume),
      expected:
        'cut' in attributes
          ? `at least ${top + bottom + 1} rows and ${left + right + 1} columns`
          : `at least ${attributes.size.join('×')}`,
    })
  },
  sight(attributes, volume) {
    const [top, left, bottom, right] = cutOf(attributes, volume)
    return shifted([0 - top, 0 - left, 0 - bottom, 0 - right])
  },
  lower({ attributes, x, emit }) {
    const { height, width } = crop.output(attributes, x.volume, [])
    const [top, left] = cutOf(attributes, x.volume)
    const sides = { input: [x.volume.height, x.volume.width], output: [height, width], start: [top, left] } as const
    return only(emit(resample, { rule: 'zero', ...sides }, [x]))
  },
  describe: (attributes) =>
    'cut' in attributes ? `cuts off ${attributes.cut.join(',')}` : `centre ${attributes.size.join('×')}`,
}
