/** Activation functions on WASM: each has a pair of kernels of its name; tiles are ranges of values. */

import { sizeOf } from '../../core/shapes.ts'
import { rangesOf } from '../kernel/ranges.ts'
import type { StepSpec } from '../types.ts'
import { call } from '../wasm/call.ts'
import type { WasmKernel } from '../wasm/types.ts'
import { type PointwiseAttributes, parameterOf, selu } from './table.ts'

/** a·x where positive, b·(e^(c·x) − 1) elsewhere. */
interface EluNumbers {
  readonly a: number
  readonly b: number
  readonly c: number
}

/** The functions that share the kernels of ELU, by the numbers that follow from their parameter. */
const eluFamily = {
  elu: (alpha: number): EluNumbers => ({ a: 1, b: alpha, c: 1 }),
  selu: (): EluNumbers => ({ a: selu.scale, b: selu.scale * selu.alpha, c: 1 }),
  celu: (alpha: number): EluNumbers => ({ a: 1, b: alpha, c: 1 / alpha }),
} as const

function isElu(name: string): name is keyof typeof eluFamily {
  return Object.hasOwn(eluFamily, name)
}

function rangesOfStep({ outputs }: StepSpec<PointwiseAttributes>) {
  const count = sizeOf(outputs[0]?.shape ?? [0])
  const { chunk, tiles } = rangesOf(count)
  return { sizes: { count, chunk }, tiles }
}

export const pointwiseWasm: WasmKernel<PointwiseAttributes> = {
  calls(step, at) {
    const { sizes, tiles } = rangesOfStep(step)
    const name = step.attributes.function
    const parameter = parameterOf(step.attributes)
    const arrays = { x: at.inputs[0] ?? 0, y: at.outputs[0] ?? 0 }
    if (isElu(name)) return { run: [call('eluForward', { ...arrays, ...sizes, ...eluFamily[name](parameter) }, tiles)] }
    return { run: [call(`${name}Forward`, { ...arrays, ...sizes, parameter }, tiles)] }
  },
}

export const pointwiseGradientWasm: WasmKernel<PointwiseAttributes> = {
  calls(step, at) {
    const { sizes, tiles } = rangesOfStep(step)
    const name = step.attributes.function
    const parameter = parameterOf(step.attributes)
    const arrays = { kept: at.inputs[0] ?? 0, dy: at.inputs[1] ?? 0, dx: at.outputs[0] ?? 0 }
    if (isElu(name))
      return { run: [call('eluGradient', { ...arrays, ...sizes, ...eluFamily[name](parameter) }, tiles)] }
    return { run: [call(`${name}Gradient`, { ...arrays, ...sizes, parameter }, tiles)] }
  },
}
