/** Filters of Winograd's method, transformed: in panels of eight columns, or row by row where they are streamed. */

import { call } from '../../wasm/call.ts'
import type { WasmCall } from '../../wasm/types.ts'
import { evenPiece } from '../blocks.ts'
import type { ProductAddresses } from '../layout.ts'
import type { Plan } from './plan.ts'

/** Terms that winogradPack gathers at a time. */
const packTerms = 64
/** Rows that winogradPackRows gathers at a time. */
const packRows = 16

export interface FilterPacking {
  readonly scratch: number
  call(at: ProductAddresses): WasmCall
}

/** Filters lie as [3, 3, C/groups, K] of the convolution, in either direction; `turned`: the product is from K terms to C columns. */
export function filterPacking(plan: Plan, turned: boolean): FilterPacking {
  const { side, groups, channels: terms, columns, used, streamed } = plan
  const [channels, filtersEach] = turned ? [columns, terms] : [terms, columns]
  const sizes = { side, channels, filtersEach, turned: turned ? 1 : 0, ...plan.packed }
  const termsEach = evenPiece(terms, packTerms)
  return {
    scratch: 9 * (streamed ? packRows : packTerms) * 32 + side * 3 * 32,
    call({ filters, bias, prepared: packed }) {
      const all = { filters, bias, packed, ...sizes }
      return streamed
        ? call('winogradPackRows', all, Math.ceil(columns / packRows))
        : call(
            'winogradPack',
            { ...all, groups, packedGroup: plan.packedGroup, termsEach },
            groups * used * Math.ceil(terms / termsEach),
          )
    },
  }
}
