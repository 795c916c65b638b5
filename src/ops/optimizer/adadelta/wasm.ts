/** Adadelta on WASM. */

import { call } from '../../wasm/call.ts'
import type { AdadeltaAttributes } from '../attributes.ts'
import { onRanges } from '../wasm.ts'

export const adadeltaWasm = /* @__PURE__ */ onRanges<AdadeltaAttributes>(
  ({ smoothing, epsilon }, common, [squares = 0, moves = 0], tiles) =>
    call('adadelta', { ...common, squares, moves, smoothing, taken: 1 - smoothing, epsilon }, tiles),
)
