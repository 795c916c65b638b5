/** Channels on WASM: one kernel that copies a band of channels from rows of one width into rows of another. */

import { lastAxis, rowsOf } from '../arrays.ts'
import { rangesOf } from '../kernel/ranges.ts'
import type { ArraySpec } from '../types.ts'
import { call } from '../wasm/call.ts'
import type { WasmCall, WasmKernel } from '../wasm/types.ts'
import type { SliceAttributes, WidenAttributes } from './attributes.ts'

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
  const pitches = { sourcePitch: sourcePitch * float, targetPitch: targetPitch * float }
  return call('channelsCopy', { source, target, rows, count, ...pitches, before, after, chunk }, tiles)
}

/** One call an input: each writes its own channels of every row. */
export const concatWasm: WasmKernel<object> = {
  calls({ inputs, outputs }, at) {
    const targetPitch = lastAxis(outputs[0] as ArraySpec)
    let target = at.outputs[0] ?? 0
    const run = inputs.map((spec, i) => {
      const count = lastAxis(spec)
      const band = { source: at.inputs[i] ?? 0, target, rows: rowsOf(spec), count, sourcePitch: count, targetPitch }
      target += count * float
      return copyBand({ ...band, before: 0, after: 0 })
    })
    return { run }
  },
}

export const sliceWasm: WasmKernel<SliceAttributes> = {
  calls({ attributes: { from, count }, inputs }, at) {
    const spec = inputs[0] as ArraySpec
    const source = (at.inputs[0] ?? 0) + from * float
    const target = at.outputs[0] ?? 0
    const band = { source, target, rows: rowsOf(spec), count, sourcePitch: lastAxis(spec), targetPitch: count }
    return { run: [copyBand({ ...band, before: 0, after: 0 })] }
  },
}

export const widenWasm: WasmKernel<WidenAttributes> = {
  calls({ attributes: { before, after }, inputs }, at) {
    const spec = inputs[0] as ArraySpec
    const channels = lastAxis(spec)
    const target = (at.outputs[0] ?? 0) + before * float
    const band = { source: at.inputs[0] ?? 0, target, rows: rowsOf(spec), count: channels, sourcePitch: channels }
    return { run: [copyBand({ ...band, targetPitch: before + channels + after, before, after })] }
  },
}
