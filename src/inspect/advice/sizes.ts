/** Rules about sizes: what does not divide, what cannot be halved often enough, and borders that are lost. */

import { LensletError } from '../../core/errors.ts'
import type { Volume } from '../../core/shapes.ts'
import { counted, listed } from '../../core/text.ts'
import { fitInput } from '../../network/fitInput.ts'
import { windowAxis } from '../../ops/window.ts'
import { printPercent } from '../units.ts'
import { contextOf } from './context.ts'
import type { AdviceContext, AdviceRule, AdvisedLayer } from './types.ts'

/** Share of a map's positions that no window of the layer reaches though its stride steps over none; 0 for other layers. */
function unseen({ window, isWhole, sized }: AdvisedLayer): number {
  const [input] = sized.inputs
  if (window === undefined || input === undefined || isWhole) return 0
  const seen = ([0, 1] as const).map((axis) => {
    const {
      stride,
      extent,
      padding,
      output,
      input: side,
    } = windowAxis(window, axis === 0 ? input.height : input.width, axis)
    if (extent < stride) return 1
    const left = side + padding - ((output - 1) * stride + extent)
    const after = window.padding[(axis + 2) as 2 | 3]
    return 1 - Math.max(0, left - after) / side
  }) as [number, number]
  return 1 - seen[0] * seen[1]
}

const inputOf = ({ layers }: AdviceContext) => layers[0]?.sized.output as Volume

/** Input sides near the network's own, smaller and larger, with which no layer loses anything. */
function goodSides(context: AdviceContext): readonly number[] {
  const { height, width, channels } = inputOf(context)
  if (height !== width) return []
  const isGood = (side: number) => {
    try {
      const other = fitInput(context.network, { height: side, width: side, channels })
      return contextOf(other).layers.every((layer) => unseen(layer) === 0)
    } catch (error) {
      if (error instanceof LensletError) return false
      throw error
    }
  }
  const near = Array.from({ length: furthest }, (_, i) => i + 1)
  const smaller = near.map((by) => height - by).find((side) => side > 0 && isGood(side))
  const larger = near.map((by) => height + by).find(isGood)
  return [smaller, larger].filter((side) => side !== undefined)
}

/** Sides further away are another network. */
const furthest = 32
const sidesThatDo = (sides: readonly number[]) =>
  sides.length === 0 ? '' : `input ${sides.join(' or ')} loses nothing; `

/** How often a side can be halved. */
function halvings(side: number): number {
  let count = 0
  for (let half = side; half > 1 && half % 2 === 0; half /= 2) count++
  return count
}

/** Layers that halve the map of the one before, on the way from the input to the output with the fewest layers left out. */
function halving({ layers }: AdviceContext): readonly AdvisedLayer[] {
  const seen = new Set<number>()
  return layers.filter(({ window, isWhole, sized }) => {
    const side = sized.inputs[0]?.height ?? 0
    if (window === undefined || isWhole || window.stride[0] !== 2 || seen.has(side)) return false
    seen.add(side)
    return true
  })
}

const cannotHalve: AdviceRule = {
  id: 'halving',
  when: 'a square input cannot be halved as often as the network halves it, and rows and columns are never seen because of it',
  find(context) {
    const { height, width } = inputOf(context)
    const stages = halving(context)
    const often = halvings(height)
    const losing = stages.filter((layer) => unseen(layer) > 0)
    if (height !== width || losing.length === 0 || stages.length <= often) return []
    const sides = [height, ...stages.map(({ sized }) => sized.output.height)]
    const unit = 2 ** stages.length
    const good = [Math.floor(height / unit) * unit, Math.ceil(height / unit) * unit].filter((side) => side > 0)
    const worst = Math.max(...losing.map(unseen))
    return [
      {
        layers: losing.map(({ name }) => name),
        says: `the input of ${height} can be halved ${counted(often, 'time')} and the network halves it ${counted(stages.length, 'time')} (${sides.join(' → ')}): up to ${printPercent(worst)} of a map is never seen`,
        advice: `input ${[...new Set(good)].join(' or ')}, which divides by ${unit}`,
        numbers: { input: height, halvings: often, halved: stages.length, unseen: worst },
      },
    ]
  },
}

const doesNotDivide: AdviceRule = {
  id: 'does-not-divide',
  when: 'a window does not divide its map, and the last rows and columns are never seen; not where only padding is lost',
  find(context) {
    if (cannotHalve.find(context).length > 0) return []
    const losing = context.layers.filter((layer) => unseen(layer) > 0)
    if (losing.length === 0) return []
    const sides = goodSides(context)
    const what = losing.map((layer) => {
      const { height, width } = layer.sized.inputs[0] as Volume
      return `${layer.name} (${printPercent(unseen(layer))} of ${height}×${width})`
    })
    return [
      {
        layers: losing.map(({ name }) => name),
        says: `the last rows and columns are never seen by ${listed(what)}, as the sizes do not divide`,
        advice: `${sidesThatDo(sides)}or another filter or padding in ${losing[0]?.name}`,
        numbers: { unseen: Math.max(...losing.map(unseen)), ...(sides[0] && { side: sides[0] }) },
      },
    ]
  },
}

/** So many unpadded convolutions are a habit and not a choice. */
const manyUnpadded = 3

const noPadding: AdviceRule = {
  id: 'no-padding',
  when: 'most convolutions larger than 1×1 with stride 1, three or more in a row, have no padding',
  find({ layers }) {
    const sliding = layers.filter(
      ({ window, isWhole, filters }) =>
        filters !== undefined &&
        window !== undefined &&
        !isWhole &&
        Math.max(...window.stride) === 1 &&
        oddAbove1(window.kernel),
    )
    const unpadded = sliding.filter(({ window }) => window?.padding.every((side) => side === 0))
    // Branches take the same rows once.
    const sides = new Map(unpadded.map(({ sized }) => [sized.inputs[0]?.height ?? 0, sized.output.height]))
    if (sides.size < manyUnpadded || 2 * unpadded.length <= sliding.length) return []
    const lost = [...sides].reduce((sum, [before, after]) => sum + before - after, 0)
    const [first] = unpadded
    const filter = first?.filters?.[0] ?? 3
    return [
      {
        layers: unpadded.map(({ name }) => name),
        says: `${counted(unpadded.length, 'convolution')} without padding take ${counted(lost, 'row')} from the map, and the borders wash out: a corner of the input of ${first?.name} is seen by 1 position, its middle by ${filter * filter}`,
        advice: `leave out p0: P = (F − 1)/2 keeps the size, p${(filter - 1) / 2} for ${filter}×${filter}`,
        numbers: { layers: unpadded.length, rows: lost },
      },
    ]
  },
}

const oddAbove1 = (kernel: readonly number[]) => kernel.every((side) => side > 1 && side % 2 === 1)

export const sizeRules: readonly AdviceRule[] = [doesNotDivide, cannotHalve, noPadding]
