/** The kernel variants that run on this machine. */

import { VariantError } from '../../src/backends/wasm/errors.ts'
import { chooseVariant } from '../../src/backends/wasm/variants.ts'
import { twins, type Variant } from './trials.ts'

export function variantsHere(): readonly Variant[] {
  return twins.flat().filter((variant) => {
    try {
      chooseVariant(variant)
      return true
    } catch (error) {
      if (error instanceof VariantError) return false
      throw error
    }
  })
}
