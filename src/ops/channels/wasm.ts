/** Channels on WASM: one kernel that copies a band of channels from rows of one width into rows of another. */

import { rangesOf } from '../kernel/ranges.ts'
import type { WasmCall, WasmKernel } from '../types.ts'
import type { ConcatAttributes, SliceAttributes, WidenAttributes } from './op.ts'

const float = 4

interface Band {
  readonly source: number
  readonly target: number
  readonly rows: number
  readonly count: number
  /** Floats from row to row. */
  readonly sourcePitch: number
  readonly targetPitch: number
  /** Floats of a target row to set to zero in front of and behind the band. */
  readonly before: number
  readonly after: number
}

function copyBand({ source, target, rows, count, sourcePitch, targetPitch, before, after }: Band): WasmCall {
  const { chunk, tiles } = rangesOf(rows, before + count + after)
  const args = [source, target, rows, count, sourcePitch * float, targetPitch * float, before, after, chunk]
  return { kernel: 'channelsCopy', args, tiles }
}

/** One call an input: each writes its own channels of every row. */
export const concatWasm: WasmKernel<ConcatAttributes> = {
  calls({ attributes: { rows, channels } }, at) {
    const targetPitch = channels.reduce((sum, depth) => sum + depth, 0)
    let target = at.outputs[0] ?? 0
    const run = channels.map((count, i) => {
      const source = at.inputs[i] ?? 0
      const call = copyBand({ source, target, rows, count, sourcePitch: count, targetPitch, before: 0, after: 0 })
      target += count * float
      return call
    })
    return { run }
  },
}

export const sliceWasm: WasmKernel<SliceAttributes> = {
  calls({ attributes: { rows, channels, from, count } }, at) {
    const source = (at.inputs[0] ?? 0) + from * float
    const target = at.outputs[0] ?? 0
    const band = { source, target, rows, count, sourcePitch: channels, targetPitch: count, before: 0, after: 0 }
    return { run: [copyBand(band)] }
  },
}

export const widenWasm: WasmKernel<WidenAttributes> = {
  calls({ attributes: { rows, channels, before, after } }, at) {
    const target = (at.outputs[0] ?? 0) + before * float
    const targetPitch = before + channels + after
    const band = { source: at.inputs[0] ?? 0, target, rows, count: channels, sourcePitch: channels, targetPitch }
    return { run: [copyBand({ ...band, before, after })] }
  },
}
