/**
 * Which elements a dropout step keeps: a pure function of (seed, step, stream, element), so that no mask is stored, any
 * worker can make any part of it, and a resumed run makes the same ones. The hash is Chris Wellons's `triple32`
 * (github.com/skeeto/hash-prospector), whose rounds we key: two 32-bit keys per step and stream, added between its
 * multiplications, so that the masks of two steps are not shifted copies of each other. kernel.as.ts does the same in SIMD
 * and must give the same bits.
 */

/** Two keys for all elements of a step. Arguments are taken as 32-bit integers. */
export function maskKeys(seed: number, step: number, stream: number): readonly [number, number] {
  const chain = (start: number) => mix(mix(mix(seed + start) ^ step) ^ stream)
  return [chain(0x243f6a88), chain(0x85a308d3)]
}

/** Uniform over all 2³² integers, as a signed one. */
export function maskBits(keys: readonly [number, number], element: number): number {
  let x = (element + keys[0]) | 0
  x = Math.imul(x ^ (x >>> 17), 0xed5ad4bb)
  x = (x + keys[1]) | 0
  x = Math.imul(x ^ (x >>> 11), 0xac4c1b51)
  x = (x + keys[0]) | 0
  x = Math.imul(x ^ (x >>> 15), 0x31848bab)
  return x ^ (x >>> 14)
}

/** An element stays if its bits are at most this; `undefined` when none stays. */
export function keepLimit(rate: number): number | undefined {
  const kept = Math.round((1 - rate) * 2 ** 32)
  return kept === 0 ? undefined : kept - 1 - 2 ** 31
}

/** triple32 unkeyed. */
function mix(value: number): number {
  let x = value | 0
  x = Math.imul(x ^ (x >>> 17), 0xed5ad4bb)
  x = Math.imul(x ^ (x >>> 11), 0xac4c1b51)
  x = Math.imul(x ^ (x >>> 15), 0x31848bab)
  return x ^ (x >>> 14)
}
