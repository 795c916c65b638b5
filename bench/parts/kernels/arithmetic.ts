/** Kernels that compute more than they move: the product at its best and at its worse, and what else convolutions run on. */

import { filterShape, inputShape, outputShape } from '../../../src/ops/conv2d/geometry.ts'
import { conv2d, conv2dFilterGradient, conv2dInputGradient } from '../../../src/ops/conv2d/op.ts'
import { f32 } from '../../../src/ops/specs.ts'
import { windowOn } from '../../../src/ops/window.ts'
import { type KernelRow, kernelRow } from './row.ts'

interface Convolution {
  readonly name: string
  readonly side: number
  readonly channels: number
  readonly filters: number
  readonly kernel?: number
  readonly stride?: number
  readonly groups?: number
  readonly batch?: number
  /** Default: as the rule has it. */
  readonly way?: 'gemm' | 'winograd4'
}

/** The three directions of a convolution that keeps the sides but for its stride. */
function directions(row: Convolution) {
  const { name, side, channels, filters, kernel = 1, stride = 1, groups = 1, batch = 1, way } = row
  const pad = (kernel - 1) >> 1
  const window = windowOn(
    { kernel: [kernel, kernel], stride: [stride, stride], padding: [pad, pad, pad, pad], dilation: [1, 1] },
    { height: side, width: side, channels },
  )
  const geometry = { window, channels, filters, groups }
  const options = [stride > 1 ? ` s${stride} p${pad}` : '', groups > 1 ? ` g${groups}` : ''].join('')
  const times = batch > 1 ? `, N = ${batch}` : ''
  const shape = `\`INPUT ${side}x${side}x${channels} -> CONV${kernel}-${filters}${options}\`${times}`
  const shared = { name, shape, ...(way !== undefined && { way }) }
  const [x, w] = [f32(...inputShape(geometry, batch)), f32(...filterShape(geometry))]
  const y = f32(...outputShape(geometry, batch))
  return {
    forward: () =>
      kernelRow({
        ...shared,
        op: conv2d,
        attributes: { ...geometry, bias: true, activation: 'relu' },
        inputs: [x, w, f32(filters)],
      }),
    inputGradient: () => kernelRow({ ...shared, op: conv2dInputGradient, attributes: geometry, inputs: [y, w] }),
    filterGradient: () => kernelRow({ ...shared, op: conv2dFilterGradient, attributes: geometry, inputs: [x, y] }),
  }
}

/** 144 rows, in tiles of six, times 256 columns; sums of so many terms. */
const product = (terms: number) =>
  directions({ name: `product, sums of ${terms}`, side: 12, channels: terms, filters: 256 }).forward()

/** Whose share of the peak is demanded: nothing but the tile at work. */
export const best: KernelRow = product(512)

const threes = { side: 56, channels: 64, filters: 64, kernel: 3 } as const

export const arithmeticRows: readonly KernelRow[] = [
  best,
  product(64),
  product(16),
  directions({ ...threes, name: '3×3 as a product', way: 'gemm' }).forward(),
  directions({ name: 'first layer', side: 224, channels: 3, filters: 64, kernel: 7, stride: 2 }).forward(),
  directions({ ...threes, name: 'filter gradient as a product', filters: 128, stride: 2 }).filterGradient(),
  directions({ ...threes, name: 'Winograd F(4×4)', way: 'winograd4' }).forward(),
  directions({ ...threes, name: 'Winograd, input gradient', way: 'winograd4' }).inputGradient(),
  directions({ ...threes, name: 'Winograd, filter gradient', way: 'winograd4' }).filterGradient(),
  directions({ name: 'depthwise 3×3', side: 56, channels: 144, filters: 144, kernel: 3, groups: 144 }).forward(),
  directions({ name: 'fully connected, 32 rows', side: 1, channels: 1024, filters: 1024, batch: 32 }).forward(),
]

/** Reads its weights once and does next to nothing with them. */
export const oneRow: KernelRow = directions({
  name: 'fully connected, 1 row',
  side: 1,
  channels: 4096,
  filters: 4096,
}).forward()

/** A multiply–add counts as two; of the direct convolution, whatever the way. */
export function flopsOf({ name, op, attributes, inputs, updates }: KernelRow): number {
  if (op.macs === undefined) throw new Error(`${name} does not say what it computes`)
  return 2 * op.macs({ attributes, inputs, outputs: op.outputs(attributes, inputs), updates })
}
