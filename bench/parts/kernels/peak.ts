/**
 * What the machine's multiply–adds come to at best: a WebAssembly loop of independent ones in registers, which loads
 * nothing and stores at its end. The text is compiled as the kernels are, so that each variant has the peak of its own
 * instructions: 128 bits, fused or in two, or pairs that V8 makes 256 bits of.
 */

import { kernelVariants } from '../../../scripts/kernel-variants.ts'
import type { VariantName } from '../../../src/backends/wasm/variants.ts'

/** As many sums as a tile of six rows has; enough to hide the latency of any machine's multiply–add. */
const sums = 12
/** Of the loop, in a run of a fraction of a millisecond. */
const turns = 100_000

const chains = Array.from({ length: sums }, (_, i) => i)
const each = (line: (i: number) => string) => chains.map(line).join('\n')

/**
 * `low` and `high` are the halves of 256 bits: loaded, computed and stored side by side, they become one operation. Two
 * instructions for a multiply–add go by way of the sum, because a product of constants would be taken out of the loop;
 * a fused one adds to it, because x64 would copy the addend first.
 */
const text = `
// @ts-ignore: decorator
@inline
function step(sum: v128, a: v128, b: v128): v128 {
  return VARIANT == 1 ? f32x4.relaxed_madd(a, b, sum) : f32x4.add(f32x4.mul(sum, a), b)
}

export function peak(at: usize, turns: i32): void {
  let lowA = v128.load(at)
  let highA = v128.load(at, 16)
  let lowB = v128.load(at, 32)
  let highB = v128.load(at, 48)
  ${each((i) => `let low${i} = v128.load(at, ${32 * i + 64}); let high${i} = v128.load(at, ${32 * i + 80})`)}
  for (; turns > 0; turns--) {
    ${each((i) => `low${i} = step(low${i}, lowA, lowB); if (WIDE) high${i} = step(high${i}, highA, highB)`)}
  }
  ${each((i) => `v128.store(at, low${i}, ${32 * i + 64}); if (WIDE) v128.store(at, high${i}, ${32 * i + 80})`)}
}
`

export async function compilePeak(variant: VariantName): Promise<Uint8Array> {
  const row = kernelVariants.find((row) => row.variant === variant && !row.shared)
  if (row === undefined) throw new Error(`there is no kernel module ${variant} for one thread`)
  // The compiler is large, and only one process needs it.
  const { compileKernels } = await import('../../../scripts/kernel-compiler.ts')
  const { wasm } = await compileKernels(row, text, async () => null)
  return wasm
}

/** The loop, ready to run, and how many operations a run is: a multiply–add counts as two. */
export function peakLoop(variant: VariantName, bytes: BufferSource): { readonly flops: number; run(): void } {
  const memory = new WebAssembly.Memory({ initial: 1, maximum: 1 })
  const { exports } = new WebAssembly.Instance(new WebAssembly.Module(bytes), { env: { memory } })
  const peak = exports.peak as (at: number, turns: number) => void
  // Sums that go to 1, or grow by a quarter each time until that is lost in rounding: nothing is slow to compute with.
  new Float32Array(memory.buffer).fill(0.5)
  const flops = 2 * sums * (variant === 'wide' ? 8 : 4) * turns
  return { flops, run: () => peak(0, turns) }
}
