/**
 * Moving channels: concat (an inception block's depth concatenation), slice, and widen, which pads with zero channels
 * (the shortcut of ResNet's option A). They are each other's gradients, and backward keeps nothing.
 */

import { expectSize, f32 } from '../specs.ts'
import type { Op } from '../types.ts'
import { concatReference, sliceReference, widenReference } from './reference.ts'
import { concatWasm, sliceWasm, widenWasm } from './wasm.ts'

/** Rows are the positions of all pictures: n·h·w. */
export interface ConcatAttributes {
  readonly rows: number
  /** Of each input. */
  readonly channels: readonly number[]
}

export interface SliceAttributes {
  readonly rows: number
  /** Of the input. */
  readonly channels: number
  readonly from: number
  readonly count: number
}

export interface WidenAttributes {
  readonly rows: number
  /** Of the input. */
  readonly channels: number
  /** Zero channels in front and behind. */
  readonly before: number
  readonly after: number
}

/** Any number of [rows, ci] → [rows, Σ ci] */
export const concat: Op<ConcatAttributes> = {
  kind: 'concat',
  describe: ({ channels }) => `${channels.join(' + ')} channels`,
  outputs({ rows, channels }, inputs) {
    channels.forEach((depth, i) => {
      expectSize('concat', inputs, i, [rows, depth], `channels of input ${i}`)
    })
    return [f32(rows, totalOf(channels))]
  },
  gradient({ attributes, inputs }, [dy], tape) {
    if (dy === undefined) return
    const channels = totalOf(attributes.channels)
    let from = 0
    attributes.channels.forEach((count, i) => {
      const x = inputs[i]
      if (x !== undefined && tape.wants(x)) {
        const [dx] = tape.emit(slice, { rows: attributes.rows, channels, from, count }, [dy])
        if (dx !== undefined) tape.give(x, dx)
      }
      from += count
    })
  },
  reference: concatReference,
  wasm: concatWasm,
}

/** [rows, channels] → [rows, count] */
export const slice: Op<SliceAttributes> = {
  kind: 'channels.slice',
  describe: ({ channels, from, count }) => `${from} to ${from + count - 1} of ${channels} channels`,
  outputs({ rows, channels, count }, inputs) {
    expectSize('channels.slice', inputs, 0, [rows, channels], 'rows')
    return [f32(rows, count)]
  },
  gradient({ attributes: { rows, channels, from, count }, inputs }, [dy], tape) {
    const [x] = inputs
    if (dy === undefined || x === undefined || !tape.wants(x)) return
    const [dx] = tape.emit(widen, { rows, channels: count, before: from, after: channels - from - count }, [dy])
    if (dx !== undefined) tape.give(x, dx)
  },
  reference: sliceReference,
  wasm: sliceWasm,
}

/** [rows, channels] → [rows, before + channels + after] */
export const widen: Op<WidenAttributes> = {
  kind: 'channels.widen',
  describe: ({ channels, before, after }) => `${before} zeros + ${channels} channels + ${after} zeros`,
  outputs({ rows, channels, before, after }, inputs) {
    expectSize('channels.widen', inputs, 0, [rows, channels], 'rows')
    return [f32(rows, before + channels + after)]
  },
  gradient({ attributes: { rows, channels, before, after }, inputs }, [dy], tape) {
    const [x] = inputs
    if (dy === undefined || x === undefined || !tape.wants(x)) return
    const whole = before + channels + after
    const [dx] = tape.emit(slice, { rows, channels: whole, from: before, count: channels }, [dy])
    if (dx !== undefined) tape.give(x, dx)
  },
  reference: widenReference,
  wasm: widenWasm,
}

function totalOf(channels: readonly number[]): number {
  return channels.reduce((sum, depth) => sum + depth, 0)
}

export const channelsOps = { concat, 'channels.slice': slice, 'channels.widen': widen } as const
