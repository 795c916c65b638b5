/**
 * How the workers of one run keep step. One of them leads: it goes through the calls and opens those that are worth
 * sharing. The others follow: a worker that is awake while a call is open joins it, takes tiles until none is left, and leaves.
 * The leader shuts a call and waits only for those inside, so a worker that the system has not got round to waking, or has
 * put aside for another program, delays no other. All workers spin for a while and then sleeps: measured on two Zen 3 cores,
 * 0.2 µs to meet while spinning, 5–7 µs when somebody has to be woken.
 */

// Byte offsets in the control block, on cache lines by who writes them: processors fetch lines in pairs.
// src/backends/wasm/control.ts says the same for the main thread, and its test compares the two.
const counterOffset: usize = 0
const stateOffset: usize = 128
const callOffset: usize = 132
const sleepersOffset: usize = 256
const leaderWaitsOffset: usize = 384
const toOffset: usize = 644

// The state: calls opened so far, whether the last of them is open, and how many followers are inside.
const generationShift: i32 = 17
const open: i32 = 0x10000
const inside: i32 = 0xffff

const spinTurns: i32 = 20000

/** The leader opens a call, with the tile counter at zero, and wakes as many as `wake` of those that sleep. */
export function openCall(control: usize, call: i32, wake: i32): void {
  const generation = (atomic.load<i32>(control + stateOffset) >>> generationShift) + 1
  atomic.store<i32>(control + counterOffset, 0)
  atomic.store<i32>(control + callOffset, call)
  atomic.store<i32>(control + stateOffset, (generation << generationShift) | open)
  // Waking takes a lock even when no worker sleeps. Whoever counts itself in after this look finds the call open.
  if (wake > 0 && atomic.load<i32>(control + sleepersOffset) > 0) atomic.notify(control + stateOffset, wake)
}

/** The leader closes the call to new workers and returns once all have left. What they wrote is visible to it then. */
export function shutCall(control: usize): void {
  const state = control + stateOffset
  if ((atomic.and<i32>(state, ~open) & inside) === 0) return
  while (true) {
    for (let turn = 0; turn < spinTurns; turn++) {
      if ((atomic.load<i32>(state) & inside) === 0) return
    }
    atomic.store<i32>(control + leaderWaitsOffset, 1)
    if ((atomic.load<i32>(state) & inside) !== 0) sleep(control + leaderWaitsOffset, 1)
    atomic.store<i32>(control + leaderWaitsOffset, 0)
  }
}

/**
 * A follower waits for an open call whose generation is not `seen` (the one it was in last), and joins it. Returns the
 * generation; a negative number when the workers are to end.
 */
export function joinCall(control: usize, seen: i32): i32 {
  const state = control + stateOffset
  while (true) {
    for (let turn = 0; turn < spinTurns; turn++) {
      const now = atomic.load<i32>(state)
      if (isNew(now, seen) && atomic.cmpxchg<i32>(state, now, now + 1) === now) return now >>> generationShift
    }
    if (atomic.load<i32>(control + toOffset) < 0) return -1
    atomic.add<i32>(control + sleepersOffset, 1)
    const now = atomic.load<i32>(state)
    if (!isNew(now, seen)) sleep(state, now)
    atomic.sub<i32>(control + sleepersOffset, 1)
  }
}

/** A follower has found no more tiles. */
export function leaveCall(control: usize): void {
  const wasLast = (atomic.sub<i32>(control + stateOffset, 1) & inside) === 1
  if (!wasLast || atomic.load<i32>(control + leaderWaitsOffset) === 0) return
  atomic.store<i32>(control + leaderWaitsOffset, 0)
  atomic.notify(control + leaderWaitsOffset, 1)
}

/** Returns the word at `address` once it is no longer `seen`; the code that changes it must notify. */
export function awaitChange(address: usize, seen: i32): i32 {
  for (let turn = 0; turn < spinTurns; turn++) {
    const now = atomic.load<i32>(address)
    if (now !== seen) return now
  }
  while (atomic.load<i32>(address) === seen) sleep(address, seen)
  return atomic.load<i32>(address)
}

/**
 * A function of its own, because the quick compiler of Node 20's V8 loses the waiter's other variables over a wait: a leader
 * that had slept looked for its followers at a wrong address, for ever.
 */
function sleep(address: usize, seen: i32): void {
  atomic.wait<i32>(address, seen, -1)
}

// @ts-ignore: decorator
@inline
function isNew(state: i32, seen: i32): bool {
  return (state & open) !== 0 && state >>> generationShift !== seen
}
