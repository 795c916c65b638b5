/** Normalizations as the layers that they are, by the axes over which they take the mean: LN, LN volume, IN, GN. */

import type { WordParts } from '../../../layers/types.ts'
import type { LayerDraft } from '../../networkBuilder.ts'
import { type Context, Obstacle } from './context.ts'
import { decimalOf } from './decimal.ts'
import { isActivation, loneNumber, madeBy, near, withNumber } from './patterns.ts'
import { isSquare } from './products.ts'
import { axisOf } from './shapes.ts'
import {
  type Activation,
  type Dimension,
  joined,
  type Made,
  type Root,
  sameDimension,
  type Value,
  whole,
} from './values.ts'

/** (x − mean)/√(variance + ε) over these dimensions together, without scale and shift. */
export function normalized(context: Context, x: Activation, over: readonly Dimension[], epsilon: number): Activation {
  const { word, flags = [], groups } = layerFor(x, over.flat())
  const parts: WordParts = {
    values: { eps: epsilon },
    flags: [...flags, 'noscale', 'noshift'],
    ...(groups === undefined ? {} : { options: { g: [groups] } }),
  }
  const draft: LayerDraft = { word, parts, inputs: [x.wire] }
  return context.made(context.add(draft), x.dimensions, draft)
}

function layerFor(
  { wire, dimensions }: Activation,
  over: Dimension,
): { readonly word: string; readonly flags?: readonly string[]; readonly groups?: number } {
  const { height, width, channels } = wire.volume
  const own = (root: Root) =>
    joined(over.filter((piece) => piece.root === root).toSorted((a, b) => b.stride - a.stride))
  const isWhole = (root: 'h' | 'w' | 'c', size: number) => sameDimension(own(root), whole(root, size))
  if (own('n').length > 0) throw new Obstacle('statistics of the whole batch')
  const isMap = isWhole('h', height) && isWhole('w', width)
  const none = own('h').length + own('w').length === 0
  if (isWhole('c', channels) && none) return { word: 'LN' }
  if (isWhole('c', channels) && isMap) return { word: 'LN', flags: ['volume'] }
  if (isMap && own('c').length === 0) return { word: 'IN' }
  const [part, ...others] = own('c')
  if (isMap && part?.stride === 1 && others.length === 0) return { word: 'GN', groups: channels / part.size }
  throw new Obstacle(`a normalization over part of its ${dimensions.length} axes`)
}

/** (x − mean(x))/√(mean((x − mean(x))²) + ε), written as operators: found at the division. */
export function spelledOut(context: Context): Activation | undefined {
  const [a, b] = context.inputs
  const isDivision = context.node.op === 'Div'
  return (
    found(context, a, isDivision ? rootOf(b) : inverseOf(b)) ??
    (isDivision ? undefined : found(context, b, inverseOf(a)))
  )
}

interface Deviation {
  readonly variance: Value | undefined
  readonly epsilon: number
}

function found(context: Context, difference: Value | undefined, by: Deviation | undefined): Activation | undefined {
  if (by === undefined) return undefined
  const centered = centeredOf(difference)
  const mean = madeBy(by.variance, 'ReduceMean')
  const square = madeBy(mean?.inputs[0], 'Pow', 'Mul')
  if (centered === undefined || mean === undefined || square === undefined || !isSquare(square)) return undefined
  // Some exporters write the difference twice.
  const other = centeredOf(square.inputs[0])
  const { x, axes } = centered
  if (other?.x !== x || !sameAxes(axes, other.axes) || !sameAxes(axes, axesOf(mean, x))) return undefined
  return normalized(
    context,
    x,
    axes.map((axis) => x.dimensions[axis] as Dimension),
    by.epsilon,
  )
}

/** √(variance + ε) */
function rootOf(value: Value | undefined): Deviation | undefined {
  const root = madeBy(value, 'Sqrt') ?? power(value, 0.5)
  return root && sumOf(root)
}

/** 1/√(variance + ε) */
function inverseOf(value: Value | undefined): Deviation | undefined {
  const inverse = madeBy(value, 'Reciprocal')
  if (inverse !== undefined) return rootOf(inverse.inputs[0])
  const division = madeBy(value, 'Div')
  if (division !== undefined) return loneNumber(division.inputs[0]) === 1 ? rootOf(division.inputs[1]) : undefined
  const root = power(value, -0.5)
  return root && sumOf(root)
}

function power(value: Value | undefined, exponent: number): Made | undefined {
  const made = madeBy(value, 'Pow')
  return loneNumber(made?.inputs[1]) === exponent ? made : undefined
}

function sumOf(root: Made): Deviation | undefined {
  const sum = withNumber(madeBy(root.inputs[0], 'Add'))
  return sum !== undefined && sum.number > 0 && !near(sum.number, 1)
    ? { variance: sum.x, epsilon: decimalOf(sum.number) }
    : undefined
}

/** x and the axes of x − ReduceMean(x). */
function centeredOf(
  value: Value | undefined,
): { readonly x: Activation; readonly axes: readonly number[] } | undefined {
  const sub = madeBy(value, 'Sub')
  const x = sub?.inputs[0]
  const mean = madeBy(sub?.inputs[1], 'ReduceMean')
  if (!isActivation(x) || mean?.inputs[0] !== x) return undefined
  const axes = axesOf(mean, x)
  return axes && { x, axes }
}

/** Of a mean that keeps its axes with length 1. */
function axesOf({ node, inputs }: Made, x: Activation): readonly number[] | undefined {
  const keep = node.attributes.get('keepdims')
  const attribute = node.attributes.get('axes')
  const given =
    inputs[1]?.kind === 'constant' ? inputs[1].entries() : attribute?.kind === 'ints' ? attribute.value : undefined
  if (given === undefined || (keep?.kind === 'int' && keep.value === 0)) return undefined
  return Array.from(given, (axis) => axisOf(Number(axis), x.dimensions.length)).sort((a, b) => a - b)
}

function sameAxes(a: readonly number[], b: readonly number[] | undefined): boolean {
  return b !== undefined && a.length === b.length && a.every((axis, index) => axis === b[index])
}
