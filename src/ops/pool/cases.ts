/** Pooling cases: odd windows, one-sided padding, ceil mode, dilation, channels with every remainder, real layers. */

import { type OpCase, opCase } from '../cases.ts'
import { f32 } from '../specs.ts'
import { type Padding, type Pair, windowOn } from '../window.ts'
import { outputShape, type PoolAttributes } from './attributes.ts'
import { averagePool, averagePoolGradient, l2Pool, l2PoolGradient, maxPool, maxPoolGradient } from './op.ts'

interface Row {
  readonly name: string
  /** [n, h, w, c] */
  readonly x: readonly [number, number, number, number]
  readonly kernel: Pair
  readonly stride?: Pair
  readonly padding?: Padding
  readonly dilation?: Pair
  readonly ceil?: boolean
  readonly bench?: string
}

const rows: readonly Row[] = [
  { name: 'the notes: 2×2 on 4×4', x: [1, 4, 4, 1], kernel: [2, 2], stride: [2, 2] },
  { name: 'one value', x: [1, 1, 1, 1], kernel: [1, 1] },
  { name: '2×2, last row and column unseen', x: [2, 7, 5, 6], kernel: [2, 2], stride: [2, 2] },
  { name: '2×2 ceil', x: [2, 7, 5, 3], kernel: [2, 2], stride: [2, 2], ceil: true },
  { name: '2×2, padded', x: [1, 6, 5, 9], kernel: [2, 2], stride: [2, 2], padding: [1, 1, 1, 1] },
  { name: '2×2 s1', x: [2, 5, 4, 7], kernel: [2, 2] },
  { name: '2×2 s3', x: [2, 8, 9, 2], kernel: [2, 2], stride: [3, 3] },
  { name: '3×3 s2', x: [2, 9, 11, 5], kernel: [3, 3], stride: [2, 2] },
  { name: '3×3 s2 p1', x: [2, 8, 7, 13], kernel: [3, 3], stride: [2, 2], padding: [1, 1, 1, 1] },
  { name: '3×3 s2 ceil p1', x: [1, 8, 10, 4], kernel: [3, 3], stride: [2, 2], padding: [1, 1, 1, 1], ceil: true },
  { name: '3×3 s2, padded behind', x: [1, 6, 8, 3], kernel: [3, 3], stride: [2, 2], padding: [0, 0, 1, 1] },
  { name: '3×3 s1 p1', x: [1, 6, 6, 17], kernel: [3, 3], padding: [1, 1, 1, 1] },
  { name: 'unequal sides', x: [2, 7, 10, 11], kernel: [2, 5], stride: [1, 3], padding: [1, 2, 0, 1] },
  { name: 'dilated', x: [1, 11, 9, 5], kernel: [3, 2], stride: [2, 1], padding: [1, 1, 2, 1], dilation: [2, 3] },
  { name: '3×3 dilated', x: [1, 9, 9, 4], kernel: [3, 3], dilation: [2, 2] },
  { name: 'whole map', x: [3, 7, 5, 37], kernel: [7, 5] },
  { name: 'several bands, windows across', x: [1, 70, 41, 19], kernel: [3, 3], stride: [2, 2], padding: [1, 1, 1, 1] },
  { name: 'several bands, windows apart', x: [1, 67, 40, 18], kernel: [2, 2], stride: [2, 2] },
  { name: 'several bands, large window', x: [1, 130, 50, 8], kernel: [5, 4], stride: [3, 2], padding: [2, 1, 2, 1] },
  { name: 'LeNet pool1', x: [2, 28, 28, 6], kernel: [2, 2], stride: [2, 2], bench: 'lenet5' },
  { name: 'cifar-small pool1', x: [2, 32, 32, 32], kernel: [2, 2], stride: [2, 2], bench: 'cifar-small' },
  { name: 'ResNet-20 global average', x: [8, 8, 8, 64], kernel: [8, 8], bench: 'resnet20' },
]

/** Winners are drawn from few values, so that most windows have equals and the first must win. */
const ties: Row = { name: 'ties', x: [2, 9, 8, 6], kernel: [3, 3], stride: [2, 2] }

function attributesOf({ x, kernel, stride = [1, 1], padding = [0, 0, 0, 0], dilation = [1, 1], ceil = false }: Row) {
  const [, height, width, channels] = x
  const window = windowOn({ kernel, stride, padding, dilation, ceil }, { height, width, channels })
  return { window } satisfies PoolAttributes
}

const allRows = rows.flatMap((row): OpCase[] => {
  const attributes = attributesOf(row)
  const x = f32(...row.x)
  const y = f32(...outputShape(attributes, x))
  const terms = row.kernel[0] * row.kernel[1]
  const shared = { name: row.name, terms, ...(row.bench === undefined ? {} : { bench: row.bench }) }
  const counted = { ...attributes, countPadding: true }
  const counts = row.padding === undefined ? [attributes] : [attributes, counted]
  return [
    opCase({ ...shared, op: maxPool, attributes, inputs: [x] }),
    opCase({ ...shared, op: maxPoolGradient, attributes, inputs: [x, y] }),
    opCase({ ...shared, op: l2Pool, attributes, inputs: [x], terms: terms + 2 }),
    // y is that of x only where the gradient rule gives it; any positive norm will do.
    opCase({
      ...shared,
      op: l2PoolGradient,
      attributes,
      inputs: [x, y, y],
      terms: terms + 2,
      fill: (random, array) => (array === 1 ? 0.5 + random.next() : undefined),
    }),
    ...counts.flatMap((average) => [
      opCase({ ...shared, op: averagePool, attributes: average, inputs: [x] }),
      opCase({ ...shared, op: averagePoolGradient, attributes: average, inputs: [y] }),
    ]),
  ]
})

const tied = (kernel: Pair, stride: Pair): OpCase => {
  const attributes = attributesOf({ ...ties, kernel, stride })
  return opCase({
    name: `ties, ${kernel.join('×')} s${stride[0]}`,
    op: maxPoolGradient,
    attributes,
    inputs: [f32(...ties.x), f32(...outputShape(attributes, f32(...ties.x)))],
    terms: 9,
    fill: (random, array) => (array === 0 ? random.integer(3) - 1 : undefined),
  })
}

/** Many windows are wholly 0: their norm has the gradient 0. */
const zeros = (kernel: Pair, stride: Pair): OpCase => {
  const attributes = attributesOf({ ...ties, kernel, stride })
  const y = f32(...outputShape(attributes, f32(...ties.x)))
  return opCase({
    name: `zeros, ${kernel.join('×')} s${stride[0]}`,
    op: l2PoolGradient,
    attributes,
    inputs: [f32(...ties.x), y, y],
    terms: 11,
    fill: (random, array) => (array === 1 ? random.integer(2) : undefined),
  })
}

export const cases: readonly OpCase[] = [
  ...allRows,
  zeros([2, 2], [2, 2]),
  zeros([3, 3], [2, 2]),
  tied([3, 3], [2, 2]),
  tied([2, 2], [2, 2]),
  tied([2, 3], [1, 1]),
]
