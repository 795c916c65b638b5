/** A bias's gradient: the sum over pictures and positions, in chunks of rows that are added up in order. */

import { type ArraySpec, lastAxis, rowsOf } from '../../arrays.ts'
import { rangesOf } from '../../kernel/ranges.ts'
import type { StepSpec } from '../../types.ts'
import { call } from '../../wasm/call.ts'
import type { WasmKernel } from '../../wasm/types.ts'
import { lines } from '../blocks.ts'
import { sumChunksCall } from '../filterGradient/sums.ts'

function chunksOf({ inputs }: StepSpec<object>) {
  const dy = inputs[0] as ArraySpec
  const [rows, channels] = [rowsOf(dy), lastAxis(dy)]
  const { chunk: rowsEach, tiles } = rangesOf(rows, channels)
  return { sizes: { rows, channels, rowsEach, sumsPitch: lines(channels * 4) }, chunks: tiles }
}

/** inputs [dy] → [dbias] */
export const channelSumWasm: WasmKernel<object> = {
  workspace(step) {
    const { sizes, chunks } = chunksOf(step)
    return { shared: chunks * sizes.sumsPitch }
  },
  calls(step, at) {
    const { sizes, chunks } = chunksOf(step)
    const { channels: columns, sumsPitch } = sizes
    const [source = 0] = at.inputs
    const [target = 0] = at.outputs
    const sums = { chunks, chunkBytes: sumsPitch, rows: 1, sumsPitch, groups: 1, groupPitch: 0, columns }
    return {
      run: [call('channelSums', { source, sums: at.shared, ...sizes }, chunks), sumChunksCall(sums, at.shared, target)],
    }
  },
}
