/**
 * Whether products are rounded before they are added. Relaxed SIMD leaves that to the processor (f32x4.relaxed_madd:
 * fused where there is an FMA instruction, else two roundings), and the plain kernels always round twice. It is
 * measured, by one product that the two ways round differently. `wide`, `relaxed` and `short` give the same bits.
 */

import type { VariantName } from './variants.ts'

/** (func (param f32 f32) (result f32)): a · a + b by f32x4.relaxed_madd, the first lane. */
const probe = Uint8Array.of(
  ...[0, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
  ...[1, 7, 1, 0x60, 2, 0x7d, 0x7d, 1, 0x7d],
  ...[3, 2, 1, 0],
  // (export "f" (func 0))
  ...[7, 5, 1, 1, 0x66, 0, 0],
  // local.get 0, f32x4.splat, twice; local.get 1, f32x4.splat; relaxed_madd; f32x4.extract_lane 0
  ...[10, 22, 1, 20, 0],
  ...[0x20, 0, 0xfd, 0x13, 0x20, 0, 0xfd, 0x13, 0x20, 1, 0xfd, 0x13],
  ...[0xfd, 0x85, 0x02, 0xfd, 0x1f, 0, 0x0b],
)

let fused: boolean | undefined

/** Words for `Program.rounding`. */
export function roundingOf(variant: VariantName): string {
  if (variant !== 'plain') fused ??= isFused()
  return variant !== 'plain' && fused ? 'fused multiply–add' : 'products that are rounded before they are added'
}

/** (1 + 2⁻¹²)² − (1 + 2⁻¹¹) is 2⁻²⁴, which a product rounded to 24 bits has lost. */
function isFused(): boolean {
  const { exports } = new WebAssembly.Instance(new WebAssembly.Module(probe))
  const madd = exports.f as (a: number, b: number) => number
  return madd(1 + 2 ** -12, -(1 + 2 ** -11)) !== 0
}
