/**
 * The control block at the start of every arena, as byte offsets within it. The barrier's words are used by
 * src/ops/sync/kernel.as.ts, which says the same offsets; the others are how the main thread gives its orders.
 * Words that different threads write stand 128 bytes apart: processors fetch cache lines in pairs.
 */

export const controlWords = {
  /** Next tile of the call at work. */
  counter: 0,
  /** Workers that have reached the barrier. */
  arrived: 128,
  /** Barriers passed so far. */
  generation: 256,
  /** Workers asleep at the barrier. */
  sleepers: 384,
  /** Orders given so far; a change wakes the workers. */
  order: 512,
  /** The order: calls [from, to). */
  from: 640,
  to: 644,
} as const
