/** Receptive fields against the definition: which pixels influence an output, found by passing masks through the network. */

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Sight } from '../layers/sight.ts'
import { parse } from '../notation/parse.ts'
import type { Padding, Pair, WindowSpec } from '../ops/window.ts'
import { inferVolumes, receptiveFields } from './index.ts'
import { receptiveField, traceSights } from './receptiveField.ts'
import { pixelsAt } from './stretch.ts'
import { type Masked, MaskedNetwork } from './testing/masks.ts'

const fieldsOf = (text: string) => receptiveFields(inferVolumes(parse(text)))

describe('the receptive field', () => {
  it('grows by (extent − 1)·distance', () => {
    const fields = fieldsOf('INPUT 64x64x1 -> CONV3-1 s2 -> POOL2 -> CONV3-1 d2 -> ADD(ID | a: CONV5-1) -> GAP')
    expect(fields.get('conv1')).toEqual({ size: [3, 3], stride: [2, 2], start: [-1, -1] })
    expect(fields.get('pool1')).toEqual({ size: [5, 5], stride: [4, 4], start: [-1, -1] })
    expect(fields.get('conv2')).toEqual({ size: [21, 21], stride: [4, 4], start: [-9, -9] })
    expect(fields.get('add1')).toEqual({ size: [37, 37], stride: [4, 4], start: [-17, -17] })
    expect(fields.get('gap1')).toEqual({ size: [97, 97], stride: [0, 0], start: [-17, -17] })
  })

  it('is the union of branches that look in different directions', () => {
    const fields = fieldsOf('INPUT 9x9x1 -> CONCAT(CONV2-1 p1,1,0,0 | CONV2-1 p0,0,1,1) -> CONV3-1')
    expect(fields.get('concat1')).toEqual({ size: [3, 3], stride: [1, 1], start: [-1, -1] })
    expect(fields.get('conv3')).toEqual({ size: [5, 5], stride: [1, 1], start: [-2, -2] })
  })

  it('of branches with different strides holds what each sees at every position', () => {
    // Position i of 0..3 sees row 2i, or rows i to i + 3.
    const fields = fieldsOf('INPUT 7x7x1 -> CONCAT(CONV1-1 s2 p0 | CONV4-1 p0)')
    expect(fields.get('concat1')).toEqual({ size: [7, 7], stride: [2, 2], start: [-3, -3] })
  })
})

const window = (kernel: Pair, stride: Pair, padding: Padding, dilation: Pair): WindowSpec => ({
  kernel,
  stride,
  padding,
  dilation,
})
const square = (kernel: number, stride: number, before: number, after: number) =>
  window([kernel, kernel], [stride, stride], [before, before, after, after], [1, 1])

/** The field behind sights in a row, on a picture of `side`×`side`. */
function behind(side: number, ...sights: Sight[]) {
  const network = new MaskedNetwork(side, side)
  const last = sights.reduce<Masked>((x, sight) => network.add(sight, [x]), network.input)
  const axes = traceSights(network.nodes).get(last.name)
  return axes && receptiveField(axes)
}

describe('sights that no window gives', () => {
  const upsample: Sight = { kind: 'upsample', factor: [2, 2] }
  const conv: Sight = { kind: 'window', window: square(3, 1, 1, 1) }

  it('upsampling divides the stride', () => {
    expect(behind(8, upsample)).toEqual({ size: [1, 1], stride: [0.5, 0.5], start: [0, 0] })
    expect(behind(8, upsample, conv)).toEqual({ size: [2, 2], stride: [0.5, 0.5], start: [-1, -1] })
    expect(behind(8, { ...upsample, window: square(3, 1, 1, 1) })).toEqual(behind(8, upsample, conv))
    const pool: Sight = { kind: 'window', window: square(2, 2, 0, 0) }
    expect(behind(8, upsample, pool)).toEqual({ size: [1, 1], stride: [1, 1], start: [0, 0] })
    expect(behind(8, { kind: 'upsample', factor: [3, 1] }, conv)?.stride).toEqual([1 / 3, 1])
  })

  it('a transposed convolution sees the inputs whose filters reach the position', () => {
    const transposed = (filter: number, stride: number, padding: number) => {
      const window = square(filter, 1, filter - 1 - padding, filter - 1 - padding)
      return behind(8, { kind: 'upsample', factor: [stride, stride], zeros: true, window })
    }
    // Input i adds its filter to the outputs 2i to 2i + 1, which do not overlap.
    expect(transposed(2, 2, 0)).toEqual({ size: [1, 1], stride: [0.5, 0.5], start: [0, 0] })
    // To 2i − 1 to 2i + 2: output 0 is made of i with −2 ≤ 2i ≤ 1.
    expect(transposed(4, 2, 1)).toEqual({ size: [2, 2], stride: [0.5, 0.5], start: [-1, -1] })
    // To 3i to 3i + 3: outputs between get one input, each third two.
    expect(transposed(4, 3, 0)).toEqual({ size: [2, 2], stride: [1 / 3, 1 / 3], start: [-1, -1] })
  })

  it('everything is everything, also broadcast over the map that it came from', () => {
    const all = { size: [8, 8], stride: [0, 0], start: [0, 0] }
    expect(behind(8, { kind: 'everything' })).toEqual(all)
    expect(behind(8, { kind: 'everything' }, conv)).toEqual(all)
    const network = new MaskedNetwork(8, 8)
    const mean = network.add({ kind: 'window', window: square(8, 1, 0, 0) }, [network.input])
    const scaled = network.add(undefined, [network.input, mean])
    const axes = traceSights(network.nodes).get(scaled.name)
    expect(axes && receptiveField(axes)).toEqual(all)
  })
})

/** Numbers that decide how a network goes on; each step takes what it needs. */
const step = fc.record({
  kind: fc.constantFrom(
    'window',
    'branches',
    'branches',
    'uneven',
    'upsample',
    'transposed',
    'everything',
    'broadcast',
  ),
  kernel: fc.array(fc.tuple(fc.integer({ min: 1, max: 3 }), fc.integer({ min: 1, max: 3 })), {
    minLength: 3,
    maxLength: 3,
  }),
  dilation: fc.array(fc.tuple(fc.integer({ min: 1, max: 2 }), fc.integer({ min: 1, max: 2 })), {
    minLength: 3,
    maxLength: 3,
  }),
  stride: fc.tuple(fc.integer({ min: 1, max: 2 }), fc.integer({ min: 1, max: 2 })),
  shift: fc.array(fc.nat(4), { minLength: 12, maxLength: 12 }),
  ceil: fc.boolean(),
})
type Step = typeof step extends fc.Arbitrary<infer T> ? T : never

const pairs = (list: readonly (readonly [number, number])[], index: number): Pair => list[index] ?? [1, 1]

/** A window that keeps the size, but for the stride, and looks more to one side than to the other. */
function sided({ kernel, dilation, stride, shift }: Step, index: number): WindowSpec {
  const [k, d] = [pairs(kernel, index), pairs(dilation, index)]
  const sides = ([0, 1] as const).map((axis) => {
    const total = d[axis] * (k[axis] - 1)
    const before = Math.min(total, shift[index * 2 + axis] ?? 0)
    return [before, total - before]
  }) as unknown as readonly [Pair, Pair]
  return window(k, stride, [sides[0][0], sides[1][0], sides[0][1], sides[1][1]], d)
}

function extend(network: MaskedNetwork, x: Masked, choice: Step): Masked {
  const { kind, kernel, dilation, stride, shift, ceil } = choice
  const through = (spec: WindowSpec, from = x) => network.add({ kind: 'window', window: spec }, [from])
  const [a = 0, b = 0, c = 0, d = 0, e = 0] = shift
  if (kind === 'window') {
    const padding: Padding = [a % 3, b % 3, c % 3, d % 3]
    return through({ ...window(pairs(kernel, 0), stride, padding, pairs(dilation, 0)), ceil })
  }
  if (kind === 'branches') {
    const branches = [0, 1, 2].slice(0, 2 + (a % 2)).map((index) => through(sided(choice, index)))
    const identity = stride[0] === 1 && stride[1] === 1 && ceil ? [x] : []
    return network.add(undefined, [...branches, ...identity])
  }
  if (kind === 'uneven') {
    const short = through(sided({ ...choice, stride: [2, 2] }, 0))
    const rest: Pair = [x.height - short.height + 1, x.width - short.width + 1]
    return network.add(undefined, [short, through(window(rest, [1, 1], [0, 0, 0, 0], [1, 1]))])
  }
  if (kind === 'transposed') {
    const factor: Pair = [1 + (a % 3), 1 + (b % 2)]
    // One less than the factor leaves gaps.
    const filter: Pair = [Math.max(1, factor[0] + (c % 3) - 1), Math.max(1, factor[1] + (d % 3) - 1)]
    const [top, left] = [Math.min(e, filter[0] - 1), Math.min(c, filter[1] - 1)]
    const padding: Padding = [top, left, filter[0] - 1 - top, filter[1] - 1 - left]
    const spec = window(filter, [1, 1], padding, ceil ? [1, 1] : pairs(dilation, 0))
    return network.add({ kind: 'upsample', factor, zeros: true, window: spec }, [x])
  }
  if (kind === 'upsample') {
    const factor: Pair = [1 + (a % 3), 1 + (b % 2)]
    return network.add(
      { kind, factor, ...(ceil ? { window: sided({ ...choice, stride: [1 + (e % 2), 1] }, 0) } : {}) },
      [x],
    )
  }
  if (kind === 'everything') return network.add({ kind }, [x])
  return network.add(undefined, [x, through(window([x.height, x.width], [1, 1], [0, 0, 0, 0], [1, 1]))])
}

/** Where a field is not what the masks say: it must be equal where it promises to be exact, and never too small. */
function faultsOf({ nodes, all }: MaskedNetwork, size: Pair, compared: { exact: number; contained: number }): string[] {
  const faults: string[] = []
  const stretches = traceSights(nodes)
  for (const node of all) {
    const axes = stretches.get(node.name)
    if (axes === undefined) throw new Error(`no field of ${node.name}`)
    const field = receptiveField(axes)
    for (const { position, ranges } of node.seen()) {
      const fields = axes.map((seen, axis) => pixelsAt(seen, position[axis] as number))
      // Not at the edge: there a tap may lie in the padding beside an upsampled map, and still count as seeing pixel 0.
      const inside = fields.every(([first, last], axis) => first > 0 && last < (size[axis] as number) - 1)
      for (const [axis, [first, last]] of fields.entries()) {
        const [from, to] = ranges?.[axis] ?? [last + 1, last]
        const exact = inside && node.exact
        // A position that sees only padding; where all see the same, the padding counts as if it saw it, too.
        if (ranges === undefined && (!exact || axes.some(({ stride }) => stride === 0))) continue
        const good = exact ? first === from && last === to : first <= from && to <= last
        const small = last - first + 1 > (field.size[axis] as number)
        if (!good || small)
          faults.push(`${node.name} axis ${axis} at ${position}: ${first}..${last}, is ${from}..${to}`)
        compared[exact ? 'exact' : 'contained']++
      }
    }
  }
  return faults
}

it('is what the masks say: equal away from the edges, and never too small', () => {
  const compared = { exact: 0, contained: 0 }
  fc.assert(
    fc.property(fc.array(step, { minLength: 1, maxLength: 5 }), (steps) => {
      const network = new MaskedNetwork(16, 13)
      let x = network.input
      for (const each of steps) {
        // A map that got too small or too large ends the network.
        if (x.height < 3 || x.width < 3 || x.height * x.width > 600) break
        x = extend(network, x, each)
      }
      expect(faultsOf(network, [16, 13], compared)).toEqual([])
    }),
    { numRuns: 200 },
  )
  expect(compared.exact).toBeGreaterThan(5000)
  expect(compared.contained).toBeGreaterThan(5000)
})
