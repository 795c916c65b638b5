/** Pad: rows and columns added (zeros, any value, reflected, the edge repeated) or, negative, cut off; channels of zeros. */

import type { LayerDraft, Wire } from '../../../networkBuilder.ts'
import { type Context, Obstacle, scalarOf } from '../context.ts'
import type { Handlers } from '../handler.ts'
import { axisOf, type Window } from '../shapes.ts'
import type { Activation } from '../values.ts'
import { shifted } from './affine.ts'

const modes: ReadonlyMap<string, readonly string[]> = new Map([
  ['constant', []],
  ['reflect', ['reflect']],
  ['edge', ['edge']],
])

export const padding: Handlers = {
  Pad(context) {
    const x = context.activation(0)
    const rank = x.dimensions.length
    const flags = modes.get(context.text('mode', 'constant'))
    if (flags === undefined) throw new Obstacle(`mode ${context.text('mode', '')}`)
    const value = flags.length > 0 ? 0 : fill(context)
    const pads = padsOf(context, rank)
    // What is padded is a map: bring it into that order first.
    const isNhwc =
      rank === 4 &&
      x.dimensions[3]?.every(({ root }) => root === 'c') === true &&
      x.dimensions[1]?.some(({ root }) => root !== 'c') === true
    const order = isNhwc ? [0, 3, 1, 2] : [0, 1, 2, 3].slice(0, rank)
    const [n = [0, 0], c = [0, 0], ...sides] = order.map((axis) => pads[axis] as [number, number])
    if (n[0] !== 0 || n[1] !== 0) throw new Obstacle('padding of the batch')
    if (sides.length > 2) throw new Obstacle(`${rank} dimensions`)
    const [rows, columns] =
      sides.length === 2
        ? (sides as [[number, number], [number, number]])
        : [[0, 0] as const, sides[0] ?? ([0, 0] as const)]
    const reordered: Activation = { ...x, dimensions: order.map((axis) => x.dimensions[axis] ?? []) }
    let wire = rank === 2 ? context.flat(x) : context.map(reordered)
    const around = [rows[0], columns[0], rows[1], columns[1]] as const
    const outside = around.map((side) => Math.max(side, 0)) as unknown as Window['padding']
    const inside = around.map((side) => Math.max(-side, 0)) as unknown as Window['padding']
    let draft: LayerDraft | undefined
    if (value !== 0) wire = shifted(context, wire, -value)
    if (c[0] !== 0 || c[1] !== 0) wire = padChannels(context, wire, c, flags)
    if (inside.some((side) => side > 0)) wire = context.layer('CROP', { options: { p: inside } }, [wire])
    if (outside.some((side) => side > 0)) {
      draft = { word: 'PAD', parts: { options: { p: outside }, flags }, inputs: [wire] }
      wire = context.add(draft)
    }
    if (value !== 0) {
      wire = shifted(context, wire, value)
      draft = undefined
    }
    const { dimensions } = context.mapOf(wire, rank === 2 ? 4 : rank)
    const ordered = rank === 2 ? dimensions.slice(0, 2) : order.map((_, axis) => dimensions[order.indexOf(axis)] ?? [])
    return [context.made(wire, ordered, draft)]
  },
}

function fill(context: Context): number {
  if (context.has(2)) return scalarOf(context.constant(2, 'the value of the padding'))
  return context.float('value', 0)
}

/** [before, after] of every axis. */
function padsOf(context: Context, rank: number): [number, number][] {
  const pads = context.numbers(1, 'pads') ?? context.ints('paddings')
  if (pads === undefined) throw new Obstacle('pads are missing')
  const axes = context.has(3)
    ? (context.numbers(3, 'axes') as readonly number[])
    : Array.from({ length: rank }, (_, axis) => axis)
  if (pads.length !== 2 * axes.length) throw new Obstacle(`${pads.length} pads for ${axes.length} axes`)
  const all = Array.from({ length: rank }, (): [number, number] => [0, 0])
  for (const [index, axis] of axes.entries())
    all[axisOf(axis, rank)] = [pads[index] as number, pads[index + axes.length] as number]
  return all
}

/** Zeros around the channels. */
function padChannels(
  context: Context,
  wire: Wire,
  [before, after]: readonly [number, number],
  flags: readonly string[],
): Wire {
  const { channels } = wire.volume
  if (flags.length > 0) throw new Obstacle('channels that are reflected or repeated')
  let out = wire
  if (before < 0 || after < 0) {
    const from = Math.max(-before, 0)
    const count = channels - from - Math.max(-after, 0)
    out = context.layer('SLICE', { count, options: { from: [from] } }, [out])
  }
  const [front, back] = [Math.max(before, 0), Math.max(after, 0)]
  const own = out.volume.channels
  const more = front + back
  if (more === 0) return out
  // WIDEN adds as many in front as behind (one more behind where the number is odd).
  if (front === Math.floor(more / 2)) return context.layer('WIDEN', { count: own + more }, [out])
  const both = Math.max(front, back)
  const wide = context.layer('WIDEN', { count: own + 2 * both }, [out])
  return context.layer('SLICE', { count: own + more, options: { from: [both - front] } }, [wide])
}

/**
 * A Pad of zeros before a convolution becomes the convolution's own padding, and what a convolution pads in the negative is
 * cut off before it.
 */
export function completePadding(context: Context, x: Activation, wire: Wire, window: Window): [Wire, Window] {
  const own = x.made?.draft
  const before =
    own?.word === 'PAD' && own.parts?.flags?.length === 0 && x.wire === wire ? own.parts.options?.p : undefined
  const input = before === undefined ? wire : (own?.inputs[0] as Wire)
  const total = window.padding.map((side, index) => side + (before?.[index] ?? 0)) as unknown as Window['padding']
  const cut = total.map((side) => Math.max(-side, 0))
  if (cut.every((side) => side === 0)) return [input, { ...window, padding: total }]
  const cropped = context.layer('CROP', { options: { p: cut } }, [input])
  return [cropped, { ...window, padding: total.map((side) => Math.max(side, 0)) as unknown as Window['padding'] }]
}
