/** Muon's ops on WASM: a tile is a range of values, or of rows. */

import { sizeOf } from '../../../core/shapes.ts'
import { rangesOf } from '../../kernel/ranges.ts'
import type { ArraySpec } from '../../types.ts'
import { call } from '../../wasm/call.ts'
import type { WasmKernel } from '../../wasm/types.ts'
import type { MuonApplyAttributes, MuonMomentumAttributes, MuonPolynomialAttributes } from './attributes.ts'
import { normEpsilon, sidesOf, sizeOfMove } from './reference.ts'

const countOf = (spec: ArraySpec | undefined) => (spec === undefined ? 0 : sizeOf(spec.shape))

const momentumWasm: WasmKernel<MuonMomentumAttributes> = {
  calls({ attributes: { momentum }, inputs }, at) {
    const count = countOf(inputs[0])
    const { chunk, tiles } = rangesOf(count)
    const [gradient = 0, scalars = 0] = at.inputs
    const [velocity = 0] = at.updates
    const [direction = 0] = at.outputs
    return { run: [call('muonMomentum', { gradient, scalars, velocity, direction, count, momentum, chunk }, tiles)] }
  },
}

const normalizeWasm: WasmKernel<object> = {
  calls({ inputs }, at) {
    const count = countOf(inputs[0])
    const { chunk, tiles } = rangesOf(count)
    const [source = 0, norms = 0] = at.inputs
    const [target = 0] = at.outputs
    const normCount = countOf(inputs[1])
    return {
      run: [call('muonNormalize', { source, norms, normCount, target, count, epsilon: normEpsilon, chunk }, tiles)],
    }
  },
}

const polynomialWasm: WasmKernel<MuonPolynomialAttributes> = {
  calls({ attributes, inputs }, at) {
    const [a, b, c] = attributes.coefficients
    const side = Math.sqrt(countOf(inputs[0]))
    const { chunk: rowsEach, tiles } = rangesOf(side, side)
    const [gram = 0, square = 0] = at.inputs
    const [target = 0] = at.outputs
    return { run: [call('muonPolynomial', { gram, square, target, side, a, b, c, rowsEach }, tiles)] }
  },
}

const applyWasm: WasmKernel<MuonApplyAttributes> = {
  calls({ attributes: { weightDecay, filterNorm }, inputs }, at) {
    const { rows, columns } = sidesOf(inputs[0] as ArraySpec)
    const count = countOf(inputs[0])
    const { chunk, tiles } = rangesOf(count)
    const [direction = 0, scalars = 0, norms = 0] = at.inputs
    const [parameter = 0] = at.updates
    const targetNorm = filterNorm * Math.sqrt(columns)
    const size = sizeOfMove(filterNorm, rows, columns)
    const sizes = { normCount: countOf(inputs[2]), count, chunk }
    const numbers = { targetNorm, size, weightDecay }
    return { run: [call('muonApply', { direction, scalars, norms, parameter, ...sizes, ...numbers }, tiles)] }
  },
}

export const muonWasm = {
  'optimizer.muon.momentum': momentumWasm,
  'optimizer.muon.normalize': normalizeWasm,
  'optimizer.muon.polynomial': polynomialWasm,
  'optimizer.muon.apply': applyWasm,
} as const
