/**
 * A way to compute a convolution in one direction, and the choice between ways: the first of a list that takes the
 * geometry. A new way is a file that makes such an object and a line in a list of wasm.ts.
 */

import type { StepSpec } from '../types.ts'
import type { WasmAddresses, WasmContext, WasmKernel } from '../wasm/types.ts'
import type { Conv2dGeometry } from './geometry.ts'
import type { Layout } from './layout.ts'
import { type Conv2dWork, workOf } from './work.ts'

export interface Way<At> {
  /** What `WasmContext.way` asks for. */
  readonly name: string
  /** See `WasmKernel.amplification`. */
  readonly amplification?: number
  /** Whether it can compute this convolution. */
  fits(work: Conv2dWork): boolean
  /** Whether it should be used where it fits, if no way is requested by name; absent: always. */
  pays?(work: Conv2dWork): boolean
  layOut(work: Conv2dWork): Layout<At>
}

/** The first that takes this convolution; the last of a list must take everything. */
export function chooseWay<At>(ways: readonly Way<At>[], work: Conv2dWork): Way<At> {
  const takes = ({ name, pays }: Way<At>) =>
    pays === undefined || (work.way === undefined ? pays(work) : work.way === name)
  return ways.find((way) => way.fits(work) && takes(way)) as Way<At>
}

/** The kernel of one direction. */
export function kernelOfWays<A extends Conv2dGeometry, At>(
  ways: readonly Way<At>[],
  addresses: (at: WasmAddresses, attributes: A) => At,
): WasmKernel<A> {
  const layOut = (step: StepSpec<A>, context: WasmContext) => {
    const work = workOf(step, context)
    return chooseWay(ways, work).layOut(work)
  }
  return {
    amplification: (step, context) => chooseWay(ways, workOf(step, context)).amplification ?? 1,
    workspace: (step, context) => layOut(step, context).workspace,
    calls: (step, at, context) => layOut(step, context).calls(addresses(at, step.attributes)),
  }
}
