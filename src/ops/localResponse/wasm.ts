/** Local response normalization on WASM: a tile is a range of lines. */

import { type ArraySpec, bytesOf } from '../arrays.ts'
import { rangesOf } from '../kernel/ranges.ts'
import { call } from '../wasm/call.ts'
import type { WasmKernel } from '../wasm/types.ts'
import { beforeOf, type LocalResponseAttributes, linesOf } from './attributes.ts'

/** The arguments that all kernels share, and the bytes of a line, with and without its margins. */
function workOf(attributes: LocalResponseAttributes, [spec]: readonly ArraySpec[]) {
  const { lines, length, step, tall, height } = linesOf(attributes, spec as ArraySpec)
  const { size, alpha, beta, k } = attributes
  const { chunk, tiles } = rangesOf(lines, length)
  return {
    shared: { lines, length, size, before: beforeOf(attributes), alpha, beta, chunk },
    k,
    map: { height, step },
    tall,
    tiles,
    line: length * 4,
    padded: (length + (size - 1) * step) * 4,
  }
}

export const localResponseWasm: WasmKernel<LocalResponseAttributes> = {
  workspace({ attributes, inputs }) {
    const { line, padded } = workOf(attributes, inputs)
    return { perThread: padded + line }
  },
  calls({ attributes, inputs }, at) {
    const { shared, k, map, tall, tiles } = workOf(attributes, inputs)
    const [x = 0, mean = 0] = at.inputs
    const [y = 0] = at.outputs
    const up = tall === 1 ? 0 : shared.before
    return { run: [call('localResponseForward', { x, mean, y, ...shared, k, ...map, tall, up }, tiles)] }
  },
}

export const localResponseGradientWasm: WasmKernel<LocalResponseAttributes> = {
  workspace({ attributes, inputs }) {
    const { line, padded } = workOf(attributes, inputs)
    const isMap = attributes.over === 'map'
    return isMap
      ? { shared: bytesOf(inputs[0] as ArraySpec), perThread: padded + 2 * line }
      : { perThread: 2 * padded + 2 * line }
  },
  calls({ attributes, inputs }, at) {
    const { shared, k, map, tiles } = workOf(attributes, inputs)
    const [x = 0, dy = 0, mean = 0] = at.inputs
    const [dx = 0, dmean = 0] = at.outputs
    if (attributes.over === 'channels') {
      return { run: [call('localResponseGradient', { x, dy, dx, ...shared, k }, tiles)] }
    }
    const ratios = at.shared
    return {
      run: [
        call('localResponseGradientRatios', { x, dy, mean, dx, ratios, ...shared, k, ...map }, tiles),
        call('localResponseGradientSpread', { x, mean, ratios, dx, dmean, ...shared, ...map }, tiles),
      ],
    }
  },
}
