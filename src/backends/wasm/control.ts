/**
 * The control block at the start of every arena, as byte offsets within it. The first words are used by
 * src/ops/sync/kernel.as.ts, which says the same offsets; the others are how the main thread gives its orders.
 * Words that different threads write stand 128 bytes apart: processors fetch cache lines in pairs.
 */

export const controlWords = {
  /** Next tile of the open call. */
  counter: 0,
  /** Calls opened so far, whether the last is open, and how many followers are inside. */
  state: 128,
  /** The open call. Beside the state: whoever has seen the one change has the other. */
  call: 132,
  /** Followers asleep. */
  sleepers: 256,
  /** Whether the leader sleeps until the last follower has left. */
  leaderWaits: 384,
  /** Orders given so far; a change wakes the leader. */
  order: 512,
  /** The order: calls [from, to); the workers end when `to` is negative. */
  from: 640,
  to: 644,
  /** Next tile of a call that one thread runs alone. */
  aloneCounter: 768,
} as const

/** What to add to the state so that whoever is about to sleep on it does not. */
export const stateChange = 1 << 17

/** Of the state: whether the call is open, and how many followers are inside. */
export const stateOpen = 1 << 16
export const stateInside = stateOpen - 1
