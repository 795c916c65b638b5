/**
 * LOCAL as ONNX: the values that each position sees, [positions, N, F·F·C], times a matrix for each position. The values of
 * each tap of the window are a Slice of the map.
 */

import type { OnnxForm, OnnxWriting } from '../onnx.ts'
import type { WindowAttributes } from '../window.ts'

type Attributes = WindowAttributes & { readonly filters: number }

export const localForm: OnnxForm<Attributes> = (writing) => {
  const { attributes, x, output, node, ints, weight } = writing
  const { kernel, filters } = attributes
  const { height, width } = output
  const [positions, values] = [height * width, kernel[0] * kernel[1] * x.volume.channels]
  const taps = tapsOf(writing)
  const seen = taps.length === 1 ? (taps[0] as string) : node('Concat', taps, { axis: 1 }, 'seen')
  const rows = node('Reshape', [seen, ints([0, values, positions])], {}, 'rows')
  const byPosition = node('Transpose', [rows], { perm: [2, 0, 1] }, 'positions')
  const matrices = weight('filters', { shape: [positions, values, filters] }) as string
  const sums = node('MatMul', [byPosition, matrices])
  const turned = node('Transpose', [sums], { perm: [1, 2, 0] }, 'turned')
  const name = node('Reshape', [turned, ints([0, filters, height, width])], {}, 'map')
  const bias = weight('bias', { axes: [2, 0, 1] })
  return { name: bias === undefined ? name : node('Add', [name, bias], {}, 'biased'), layout: 'map' }
}

/** For each tap of the window, what all positions see there: [N, C, H, W] each. */
function tapsOf({ attributes, x, output, map, node, ints }: OnnxWriting<Attributes>): readonly string[] {
  const { kernel, stride, padding, dilation } = attributes
  const [top, left, bottom, right] = padding
  const padded = padding.some((side) => side > 0)
    ? node('Pad', [map(x), ints([0, 0, top, left, 0, 0, bottom, right])], {}, 'pad')
    : map(x)
  const [axes, steps] = [ints([2, 3]), ints(stride)]
  return Array.from({ length: kernel[0] * kernel[1] }, (_, tap) => {
    const start = [Math.floor(tap / kernel[1]) * dilation[0], (tap % kernel[1]) * dilation[1]] as const
    const end = [start[0] + (output.height - 1) * stride[0] + 1, start[1] + (output.width - 1) * stride[1] + 1]
    return node('Slice', [padded, ints(start), ints(end), axes, steps], {}, `tap${tap}`)
  })
}
