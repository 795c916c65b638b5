/**
 * How each layer's word is drawn: one row a layer, so that a new layer without a row does not compile. Sizes are small and
 * ugly: kernels treat the last 1 to 4 of 8 channels, odd depths, and borders in code of their own. A word may not fit the
 * volume; whoever asks tries another one then.
 */

import type { Volume } from '../../src/core/shapes.ts'
import type { LayerType } from '../../src/layers/layers.ts'
import type { Draw } from './draw.ts'

/** `joins`: it takes branches, which are drawn by networks.ts; so are what only training sees. */
type WordRow = 'source' | 'joins' | 'training' | { readonly weight: number; word(draw: Draw, volume: Volume): string }

const plain = (word: string, weight = 1): WordRow => ({ weight, word: () => word })

export const wordRows: Readonly<Record<LayerType, WordRow>> = {
  input: 'source',
  add: 'joins',
  concat: 'joins',
  multiply: 'joins',
  conv: { weight: 12, word: convolution },
  fc: { weight: 1, word: (draw) => `FC-${channels(draw)}${draw.chance(0.2) ? ' nobias' : ''}` },
  pool: { weight: 2, word: (draw, volume) => `POOL${pool(draw, volume, [])}` },
  avgpool: { weight: 2, word: (draw, volume) => `AVGPOOL${pool(draw, volume, ['countpad'])}` },
  l2pool: { weight: 1, word: (draw, volume) => `L2POOL${pool(draw, volume, [])}` },
  gap: plain('GAP', 0.3),
  gmp: plain('GMP', 0.3),
  bn: { weight: 4, word: norm },
  gn: { weight: 1, word: (draw, { channels }) => `GN g${groups(draw, channels)}${epsilon(draw)}${affine(draw)}` },
  ln: { weight: 1, word: (draw) => `LN${epsilon(draw)}${draw.chance(0.4) ? ' volume' : ''}${affine(draw)}` },
  lrn: { weight: 1, word: (draw) => `LRN${response(draw)}${draw.chance(0.4) ? ' map' : ''}` },
  lcn: { weight: 0.5, word: (draw) => `LCN${response(draw)}` },
  in: { weight: 0.5, word: (draw) => `IN${epsilon(draw)}${affine(draw)}` },
  relu: plain('RELU', 4),
  relu6: plain('RELU6', 1),
  lrelu: { weight: 1, word: (draw) => draw.pick(['LRELU', 'LRELU 0.2', 'LRELU 0']) },
  gelu: { weight: 1, word: (draw) => draw.pick(['GELU', 'GELU approx=tanh']) },
  silu: { weight: 1, word: (draw) => draw.pick(['SILU', 'SILU 1.702']) },
  hardswish: plain('HARDSWISH'),
  hardsigmoid: plain('HARDSIGMOID', 0.5),
  mish: plain('MISH', 0.5),
  elu: { weight: 0.5, word: (draw) => draw.pick(['ELU', 'ELU 0.3', 'ELU 0']) },
  selu: plain('SELU', 0.5),
  celu: { weight: 0.5, word: (draw) => draw.pick(['CELU', 'CELU 0.5']) },
  softplus: { weight: 0.5, word: (draw) => draw.pick(['SOFTPLUS', 'SOFTPLUS 2']) },
  softsign: plain('SOFTSIGN', 0.5),
  prelu: { weight: 0.7, word: (draw) => draw.pick(['PRELU', 'PRELU 0.1', 'PRELU shared', 'PRELU -0.5 shared']) },
  maxout: { weight: 0.7, word: (draw, volume) => `MAXOUT${divisorOf(draw, volume.channels)}` },
  scale: { weight: 0.7, word: (draw) => draw.pick(['SCALE 0.3', 'SCALE -1.5', 'SCALE 0.1 learned']) },
  sigmoid: plain('SIGMOID'),
  tanh: plain('TANH'),
  // Never drawn: they overflow, or have no value, for the numbers that drawn networks compute.
  exp: plain('EXP', 0),
  log: plain('LOG', 0),
  sqrt: plain('SQRT', 0),
  reciprocal: plain('RECIPROCAL', 0),
  droppath: { weight: 0.5, word: (draw) => `DROPPATH ${draw.pick([0, 0.2, 0.7])}` },
  dropout: { weight: 1, word: (draw) => `DROPOUT ${draw.pick([0, 0.1, 0.5, 0.9])}` },
  widen: { weight: 0.7, word: (draw, volume) => `WIDEN-${volume.channels + draw.between(0, 9)}` },
  local: { weight: 1, word: locallyConnected },
  tconv: { weight: 1.5, word: transposedConvolution },
  slice: { weight: 0.7, word: channelRange },
  shuffle: { weight: 0.7, word: (draw, { channels }) => `SHUFFLE g${draw.pick(divisorsOf(channels))}` },
  pad: {
    weight: 0.7,
    word: (draw, { height, width }) =>
      `PAD p${paddings(draw, [height + 1, width + 1])}${draw.pick(['', ' reflect', ' edge'])}`,
  },
  crop: {
    weight: 0.7,
    word: (draw, { height, width }) =>
      draw.chance(0.5)
        ? `CROP p${paddings(draw, [(height - 1) >> 1, (width - 1) >> 1])}`
        : `CROP to${draw.between(1, height)}x${draw.between(1, width)}`,
  },
  upsample: {
    weight: 0.7,
    word(draw, { height, width }) {
      const to = `to${draw.between(1, 2 * height)}x${draw.between(1, 2 * width)}`
      return `UPSAMPLE${draw.pick(['2', '1x3', '3x2', ` ${to}`])}${draw.pick(['', ' bilinear', ' corners'])}`
    },
  },
  pixelshuffle: {
    weight: 0.5,
    word: (draw, { channels }) => {
      const rows = draw.pick(divisorsOf(channels))
      return `PIXELSHUFFLE${rows}x${draw.pick(divisorsOf(channels / rows))}${draw.pick(['', ' dcr'])}`
    },
  },
  pixelunshuffle: {
    weight: 0.5,
    word: (draw, { height, width }) =>
      `PIXELUNSHUFFLE${draw.pick(divisorsOf(height))}x${draw.pick(divisorsOf(width))}${draw.pick(['', ' dcr'])}`,
  },
  flatten: { weight: 0.2, word: (draw) => draw.pick(['FLATTEN', 'FLATTEN chw']) },
  reshape: {
    weight: 0.4,
    word(draw, { height, width, channels }) {
      const values = height * width * channels
      const rows = draw.pick(divisorsOf(values))
      const columns = draw.pick(divisorsOf(values / rows))
      return `RESHAPE ${rows}x${columns}x${values / rows / columns}${draw.pick(['', ' chw'])}`
    },
  },
  softmax: plain('SOFTMAX', 0.3),
  aux: 'training',
  loss: 'training',
}

/** Depth of a volume: every remainder of 8, odd ones above 8, now and then more than a block. */
export function channels(draw: Draw): number {
  return draw.weighted(
    [3, () => draw.between(1, 8)],
    [3, () => draw.between(9, 20)],
    [2, () => 8 * draw.between(1, 6) + draw.between(1, 4)],
    [1, () => 8 * draw.between(1, 8)],
    [1, () => draw.between(1, 70)],
  )()
}

export function side(draw: Draw): number {
  return draw.weighted([2, () => draw.between(1, 6)], [3, () => draw.between(4, 12)], [1, () => draw.between(1, 20)])()
}

function convolution(draw: Draw, volume: Volume): string {
  const size = draw.weighted<readonly [number, number]>(
    [2, [1, 1]],
    [6, [3, 3]],
    [1, [5, 5]],
    [1, [2, 2]],
    [1, [4, 4]],
    [1, [draw.between(1, 5), draw.between(1, 5)]],
    [0.3, [volume.height, volume.width]],
  )
  const stride = draw.weighted<readonly [number, number]>(
    [7, [1, 1]],
    [2, [2, 2]],
    [1, [draw.between(1, 3), draw.between(1, 3)]],
  )
  const dilation = draw.weighted<readonly [number, number]>(
    [8, [1, 1]],
    [1, [2, 2]],
    [1, [draw.between(1, 3), draw.between(1, 3)]],
  )
  const { filters, groups } = grouping(draw, volume)
  const spans = size.map((length, axis) => (dilation[axis as 0 | 1] * (length - 1)) / 2)
  const isEven = spans.some((half) => !Number.isInteger(half))
  const padding = isEven || draw.chance(0.35) ? ` p${paddings(draw, size)}` : ''
  return [
    `CONV${pair(size)}-${filters}`,
    stride[0] === 1 && stride[1] === 1 ? '' : ` s${pair(stride)}`,
    padding,
    dilation[0] === 1 && dilation[1] === 1 ? '' : ` d${pair(dilation)}`,
    groups === 1 ? '' : ` g${groups}`,
    draw.chance(0.25) ? ' nobias' : '',
  ].join('')
}

/** Up to 6: maps and images stay small. */
function divisorsOf(value: number): readonly number[] {
  return [1, 2, 3, 4, 5, 6].filter((divisor) => value % divisor === 0)
}

function channelRange(draw: Draw, { channels }: Volume): string {
  const count = draw.between(1, channels)
  const from = draw.between(0, channels - count)
  return `SLICE-${count}${from > 0 ? ` from${from}` : ''}`
}

function locallyConnected(draw: Draw, { height, width }: Volume): string {
  const size = draw.pick([1, 2, 3]).toString()
  const options = draw.pick(['', ' s2', ' p1,0,2,1', ' s1x2 d2', ' nobias'])
  const padded = size === '2' && !options.includes('p') ? ' p0' : ''
  return `LOCAL${height * width > 100 ? '3' : size}-${draw.between(1, 12)}${options}${padded}`
}

/** Maps grow, so only small ones do. */
function transposedConvolution(draw: Draw, volume: Volume): string {
  const [kernel, stride] = [
    [draw.between(1, 4), draw.between(1, 4)],
    volume.height * volume.width > 60 ? [1, 1] : [draw.between(1, 3), draw.between(1, 2)],
  ]
  const { filters, groups } = grouping(draw, volume)
  const output = stride.map((side) => draw.between(0, side - 1))
  return [
    `TCONV${pair(kernel)}-${Math.min(filters, groups === 1 ? 12 : filters)}`,
    ` s${pair(stride)} p${paddings(
      draw,
      kernel.map((side) => side >> 1),
    )}`,
    draw.chance(0.2) ? ' d2' : '',
    groups === 1 ? '' : ` g${groups}`,
    output.some((side) => side > 0) ? ` o${pair(output)}` : '',
    draw.chance(0.3) ? ' nobias' : '',
  ].join('')
}

/** One group, a few, or depthwise with one to three filters a channel. */
function grouping(draw: Draw, volume: Volume): { readonly filters: number; readonly groups: number } {
  const depth = volume.channels
  const divisors = [2, 3, 4, 5, 8].filter((groups) => depth % groups === 0)
  const how = draw.weighted([7, 'one'], [divisors.length > 0 ? 2 : 0, 'some'], [2, 'depthwise'])
  if (how === 'depthwise') return { filters: depth * draw.weighted([3, 1], [1, 2], [1, 3]), groups: depth }
  if (how === 'one') return { filters: channels(draw), groups: 1 }
  const groups = draw.pick(divisors)
  return { filters: groups * draw.between(1, 12), groups }
}

/** A divisor above 1; 2, which may not fit, where there is none but the number. */
function divisorOf(draw: Draw, count: number): number {
  const divisors = [2, 3, 4, 5, 7].filter((pieces) => count % pieces === 0)
  return divisors.length === 0 ? 2 : draw.pick(divisors)
}

function pool(draw: Draw, { height, width }: Volume, flags: readonly string[]): string {
  const size = draw.weighted<readonly [number, number]>(
    [3, [2, 2]],
    [3, [3, 3]],
    [1, [1, 1]],
    // About the whole map: windows that hang over both of its edges.
    [1, [Math.min(height, 5), Math.min(width, 5)]],
    [2, [draw.between(1, 4), draw.between(1, 4)]],
  )
  const stride = draw.weighted([3, ''], [2, ' s2'], [2, ' s1'], [1, ` s${draw.between(1, 3)}x${draw.between(1, 3)}`])
  const padding = draw.chance(0.4)
    ? ` p${paddings(
        draw,
        size.map((length) => length - 1),
      )}`
    : ''
  const dilation = draw.chance(0.2) ? ` d${draw.pick(['2', '3', '1x2', '2x1'])}` : ''
  const chosen = ['ceil', ...flags].filter(() => draw.chance(0.3)).map((flag) => ` ${flag}`)
  return `${pair(size)}${stride}${padding}${dilation}${chosen.join('')}`
}

/** One number, two or four; up to `most` of each axis. */
function paddings(draw: Draw, most: readonly number[]): string {
  const [rows = 0, columns = 0] = most.map((length) => Math.min(length, 3))
  const row = () => draw.between(0, rows)
  const column = () => draw.between(0, columns)
  return draw.weighted(
    [2, () => `${draw.between(0, Math.min(rows, columns))}`],
    [1, () => `${row()}x${column()}`],
    [2, () => [row(), column(), row(), column()].join(',')],
  )()
}

function norm(draw: Draw): string {
  const momentum = draw.weighted([3, ''], [1, ' momentum=0.01'], [1, ' momentum=1'], [1, ' momentum=0'])
  return `BN${epsilon(draw)}${momentum}${affine(draw)}`
}

function response(draw: Draw): string {
  const alpha = draw.weighted([1, ''], [2, ' alpha=0.1'], [1, ' alpha=0.5'])
  const beta = draw.weighted([2, ''], [1, ' beta=0.5'], [1, ' beta=1.2'])
  return `${draw.weighted([1, ''], [2, `${draw.between(1, 7)}`])}${alpha}${beta}${draw.chance(0.4) ? ' k=2' : ''}${draw.chance(0.3) ? ' sum' : ''}`
}

const groups = (draw: Draw, depth: number) =>
  draw.pick([1, 2, 3, 4, 5, 8, depth].filter((count) => depth % count === 0))

const epsilon = (draw: Draw) => draw.weighted([3, ''], [1, ' eps=0.001'], [1, ' eps=0.1'])

const affine = (draw: Draw) => draw.weighted([6, ''], [1, ' noscale'], [1, ' noshift'], [1, ' noscale noshift'])

const pair = ([a = 1, b = a]: readonly number[]) => (a === b ? `${a}` : `${a}x${b}`)
