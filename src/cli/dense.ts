/** `lenslet predict --dense`: larger images, whose class is that of the mean scores of all their crops. */

import { counted } from '../core/text.ts'
import { DenseEvaluation } from '../insight/dense.ts'
import type { Model } from '../model/model.ts'
import { fullyConvolutional, strideOf } from '../network/fullyConvolutional.ts'
import { UsageError } from './errors.ts'
import type { AskedSize } from './fitNetwork.ts'

interface DenseCall {
  readonly dense?: boolean
  readonly size?: Pick<AskedSize, 'height' | 'width'>
  readonly stride?: number
}

/** Throws `UsageError` for options without --dense. */
export function checkDense({ dense, stride }: DenseCall): void {
  if (dense === true || stride === undefined) return
  throw new UsageError('--stride is for --dense', {
    received: 'no --dense',
    expected: 'lenslet predict <model> <picture…> --dense --size 384',
    advice: 'without --dense, images are scaled to the input of the network',
  })
}

/** Throws as `DenseEvaluation.create` does. */
export async function openDense(
  model: Model,
  { size = usualSize(model), stride }: DenseCall,
): Promise<DenseEvaluation> {
  return DenseEvaluation.create(model, { ...size, stride })
}

/** The notes' example: 384 for an input of 224. For others in the same proportion, in whole strides of the network. */
function usualSize({ network, input }: Model): Pick<AskedSize, 'height' | 'width'> {
  const stride = strideOf(fullyConvolutional(network))
  const larger = (side: number, step: number) => side + step * Math.max(1, Math.round((side * (384 / 224 - 1)) / step))
  return { height: larger(input.height, stride[0]), width: larger(input.width, stride[1]) }
}

/** `images of 384×384: the mean of 36 crops of 224×224, 6×6, one every 32 pixels` */
export function sayDense({ rows, columns, input }: DenseEvaluation): string {
  const every = rows.stride === columns.stride ? `${rows.stride}` : `${rows.stride}×${columns.stride}`
  const lost = [
    ...(rows.unseen > 0 ? [counted(rows.unseen, 'row')] : []),
    ...(columns.unseen > 0 ? [counted(columns.unseen, 'column')] : []),
  ]
  const unseen = lost.length === 0 ? '' : `; ${lost.join(' and ')} at the end in no crop`
  return `images of ${input.height}×${input.width}: the mean of ${counted(rows.count * columns.count, 'crop')} of ${rows.crop}×${columns.crop} (${rows.count}×${columns.count}), one every ${every} pixels${unseen}`
}
