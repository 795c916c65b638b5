/**
 * Steps along the channels: four at once, or eight where V8's revectorizer makes one operation of two (`WIDE`), for which
 * both halves are loaded, computed and stored side by side.
 */

/** Channels of a step, and their bytes. */
// @ts-ignore: decorator
@inline export const LANES: i32 = WIDE == 1 ? 8 : 4
// @ts-ignore: decorator
@inline export const STEP: usize = WIDE == 1 ? 32 : 16

/** The second half of a step, whose first is `low`. */
// @ts-ignore: decorator
@inline
export function high(at: usize, low: v128): v128 {
  return WIDE == 1 ? v128.load(at, 16) : low
}

// @ts-ignore: decorator
@inline
export function put(to: usize, low: v128, high: v128): void {
  v128.store(to, low)
  if (WIDE == 1) v128.store(to, high, 16)
}
