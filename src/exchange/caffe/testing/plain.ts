/** Caffe's layers by their definitions: plain loops over [c, h, w] in float64, for tests. */

export interface Maps {
  readonly shape: readonly [channels: number, height: number, width: number]
  readonly values: readonly number[]
}

/** The value of a place; 0 outside. */
function at({ shape: [channels, height, width], values }: Maps, c: number, y: number, x: number): number {
  if (c < 0 || c >= channels || y < 0 || y >= height || x < 0 || x >= width) return 0
  return values[(c * height + y) * width + x] as number
}

export function maps(shape: Maps['shape'], value: (c: number, y: number, x: number) => number): Maps {
  const values: number[] = []
  for (let c = 0; c < shape[0]; c++)
    for (let y = 0; y < shape[1]; y++) for (let x = 0; x < shape[2]; x++) values.push(value(c, y, x))
  return { shape, values }
}

interface Window {
  readonly kernel: readonly [number, number]
  readonly stride: readonly [number, number]
  readonly pad: readonly [number, number]
  readonly dilation?: readonly [number, number]
}

interface Filters extends Window {
  readonly count: number
  readonly group: number
  /** [count, channels / group, kernel] */
  readonly weights: readonly number[]
  readonly bias?: readonly number[]
}

export function convolution(input: Maps, filters: Filters): Maps {
  const { kernel, stride, pad, dilation = [1, 1], count, group, weights, bias } = filters
  const [channels, ...sides] = input.shape
  const depth = channels / group
  const side = (axis: 0 | 1) =>
    Math.floor((sides[axis] + 2 * pad[axis] - (dilation[axis] * (kernel[axis] - 1) + 1)) / stride[axis]) + 1
  return maps([count, side(0), side(1)], (k, y, x) => {
    let sum = bias?.[k] ?? 0
    const first = Math.floor(k / (count / group)) * depth
    for (let c = 0; c < depth; c++)
      for (let i = 0; i < kernel[0]; i++)
        for (let j = 0; j < kernel[1]; j++) {
          const weight = weights[((k * depth + c) * kernel[0] + i) * kernel[1] + j] as number
          const row = y * stride[0] + i * dilation[0] - pad[0]
          sum += weight * at(input, first + c, row, x * stride[1] + j * dilation[1] - pad[1])
        }
    return sum
  })
}

/** Each value adds its filters to the output; weights [channels, count / group, kernel]. */
export function deconvolution(input: Maps, filters: Filters): Maps {
  const { kernel, stride, pad, count, group, weights, bias } = filters
  const [channels, height, width] = input.shape
  const side = (axis: 0 | 1, length: number) => stride[axis] * (length - 1) + kernel[axis] - 2 * pad[axis]
  const [rows, columns] = [side(0, height), side(1, width)]
  const each = count / group
  const values = Array.from({ length: count * rows * columns }, (_, i) => bias?.[Math.floor(i / (rows * columns))] ?? 0)
  for (let c = 0; c < channels; c++)
    for (let k = 0; k < each; k++)
      for (let y = 0; y < height; y++)
        for (let x = 0; x < width; x++)
          for (let i = 0; i < kernel[0]; i++)
            for (let j = 0; j < kernel[1]; j++) {
              const [row, column] = [y * stride[0] + i - pad[0], x * stride[1] + j - pad[1]]
              if (row < 0 || row >= rows || column < 0 || column >= columns) continue
              const channel = Math.floor(c / (channels / group)) * each + k
              const weight = weights[((c * each + k) * kernel[0] + i) * kernel[1] + j] as number
              const place = (channel * rows + row) * columns + column
              values[place] = (values[place] as number) + weight * at(input, c, y, x)
            }
  return { shape: [count, rows, columns], values }
}

/** `pooling_layer.cpp`: sides rounded up, windows cut at the padded and then at the real edge. */
export function pooling(input: Maps, method: 'MAX' | 'AVE', { kernel, stride, pad }: Window): Maps {
  const [channels, ...sides] = input.shape
  const side = (axis: 0 | 1) => {
    const pooled = Math.ceil((sides[axis] + 2 * pad[axis] - kernel[axis]) / stride[axis]) + 1
    const isPadded = pad[0] > 0 || pad[1] > 0
    return isPadded && (pooled - 1) * stride[axis] >= sides[axis] + pad[axis] ? pooled - 1 : pooled
  }
  return maps([channels, side(0), side(1)], (c, y, x) => {
    const [top, left] = [y * stride[0] - pad[0], x * stride[1] - pad[1]]
    const [bottom, right] = [
      Math.min(top + kernel[0], sides[0] + pad[0]),
      Math.min(left + kernel[1], sides[1] + pad[1]),
    ]
    const size = (bottom - top) * (right - left)
    const seen: number[] = []
    for (let i = Math.max(top, 0); i < Math.min(bottom, sides[0]); i++)
      for (let j = Math.max(left, 0); j < Math.min(right, sides[1]); j++) seen.push(at(input, c, i, j))
    return method === 'MAX' ? Math.max(...seen) : seen.reduce((sum, value) => sum + value, 0) / size
  })
}

/** `lrn_layer.cpp`, in both regions. */
export function lrn(input: Maps, { size, alpha, beta, k, within }: Lrn): Maps {
  const before = (size - 1) / 2
  return maps(input.shape, (c, y, x) => {
    let sum = 0
    for (let i = -before; i <= before; i++) {
      if (!within) sum += at(input, c + i, y, x) ** 2 / size
      else for (let j = -before; j <= before; j++) sum += at(input, c, y + i, x + j) ** 2 / size ** 2
    }
    return at(input, c, y, x) * (k + alpha * sum) ** -beta
  })
}

interface Lrn {
  readonly size: number
  readonly alpha: number
  readonly beta: number
  readonly k: number
  readonly within: boolean
}
