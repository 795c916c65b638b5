/** CROP as ONNX: Slice of rows and columns. */

import type { OnnxForm } from '../onnx.ts'

type Attributes = { readonly cut: readonly number[] } | { readonly size: readonly number[] }

export const cropForm: OnnxForm<Attributes> = ({ attributes, x, output, map, node, ints }) => {
  const { height, width } = x.volume
  const middle = [height - output.height, width - output.width].map((rest) => Math.floor(rest / 2))
  const [top = 0, left = 0] = 'cut' in attributes ? attributes.cut : middle
  const ends = [top + output.height, left + output.width]
  return { name: node('Slice', [map(x), ints([top, left]), ints(ends), ints([2, 3])]), layout: 'map' }
}
