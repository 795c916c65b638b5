/**
 * Calls of kernels with named arguments. A kernel takes up to 34 numbers; which comes where is known to its source alone
 * (`gen/parameters.gen.ts`), and a name that is missing or that it does not have fails to compile.
 */

import { type KernelName, type KernelParameter, kernelParameters } from './gen/parameters.gen.ts'
import type { WasmCall } from './types.ts'

export type { KernelName } from './gen/parameters.gen.ts'

/** A number for each parameter of a kernel. */
export type KernelArguments<K extends KernelName> = Readonly<Record<KernelParameter<K>, number>>

/** Refuses other names, which TypeScript would let pass where they come from a spread object. */
type NoOthers<K extends KernelName, A> = { readonly [Name in Exclude<keyof A, KernelParameter<K>>]: never }

/** A call of `kernel`, divided into `tiles` tiles. */
export function call<K extends KernelName, A extends KernelArguments<K>>(
  kernel: K,
  named: A & NoOthers<K, A>,
  tiles: number,
): WasmCall {
  const order = kernelParameters[kernel].split(' ') as KernelParameter<K>[]
  return { kernel, args: order.map((name) => named[name]), tiles }
}
