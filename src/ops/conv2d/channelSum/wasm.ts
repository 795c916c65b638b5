/** A bias's gradient: the sum over pictures and positions, in chunks of rows that are added up in order. */

import { type ArraySpec, lastAxis, rowsOf } from '../../arrays.ts'
import { rangesOf } from '../../kernel/ranges.ts'
import type { StepSpec } from '../../types.ts'
import type { WasmKernel } from '../../wasm/types.ts'
import { lines } from '../blocks.ts'
import { sumChunksCall } from '../filterGradient/wasm.ts'

function planOf({ inputs }: StepSpec<object>) {
  const dy = inputs[0] as ArraySpec
  const [rows, channels] = [rowsOf(dy), lastAxis(dy)]
  const { chunk, tiles } = rangesOf(rows, channels)
  return { channels, rows, chunk, tiles, pitch: lines(channels * 4) }
}

/** inputs [dy] → [dbias] */
export const channelSumWasm: WasmKernel<object> = {
  workspace(step) {
    const { tiles, pitch } = planOf(step)
    return { shared: tiles * pitch }
  },
  calls(step, at) {
    const { channels, rows, chunk, tiles, pitch } = planOf(step)
    const [source = 0] = at.inputs
    const [target = 0] = at.outputs
    const sums = { chunks: tiles, chunkBytes: pitch, rows: 1, pitch, groups: 1, groupPitch: 0, columns: channels }
    return {
      run: [
        { kernel: 'channelSums', args: [source, rows, channels, chunk, at.shared, pitch], tiles },
        sumChunksCall(sums, at.shared, target),
      ],
    }
  },
}
