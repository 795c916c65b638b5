/**
 * How the workers of one run keep step: a barrier between calls, and the wait for the next order. Both spin for a while
 * and then sleep. Measured on two Zen 3 cores: 0.2 µs to meet while spinning, 5–7 µs when somebody has to be woken, so a
 * sleep costs more than most elementwise steps, and a spin of 20,000 turns outlasts most differences between workers.
 */

// Byte offsets in the control block, each on two cache lines of its own: processors fetch lines in pairs.
// src/backends/wasm/control.ts says the same for the main thread, and its test compares the two.
const counterOffset: usize = 0
const arrivedOffset: usize = 128
const generationOffset: usize = 256
const sleepersOffset: usize = 384

const spinTurns: i32 = 20000

/**
 * Returns once all workers have called it, with the tile counter at zero again. What any of them wrote before is visible
 * to all of them after. With one worker it only zeroes the counter.
 */
export function barrier(control: usize, workers: i32): void {
  const generation = atomic.load<i32>(control + generationOffset)
  if (atomic.add<i32>(control + arrivedOffset, 1) === workers - 1) {
    atomic.store<i32>(control + counterOffset, 0)
    atomic.store<i32>(control + arrivedOffset, 0)
    atomic.store<i32>(control + generationOffset, generation + 1)
    // Waking takes a lock even when nobody sleeps. Whoever counts itself in after this look finds the generation changed.
    if (atomic.load<i32>(control + sleepersOffset) > 0) atomic.notify(control + generationOffset, -1)
    return
  }
  if (spin(control + generationOffset, generation)) return
  atomic.add<i32>(control + sleepersOffset, 1)
  sleep(control + generationOffset, generation)
  atomic.sub<i32>(control + sleepersOffset, 1)
}

/** Returns the word at `address` once it is no longer `seen`; whoever changes it must notify. */
export function awaitChange(address: usize, seen: i32): i32 {
  if (!spin(address, seen)) sleep(address, seen)
  return atomic.load<i32>(address)
}

/** Whether the word changed within the turns that are cheaper than a sleep. */
function spin(address: usize, seen: i32): bool {
  for (let turn = 0; turn < spinTurns; turn++) {
    if (atomic.load<i32>(address) !== seen) return true
  }
  return false
}

function sleep(address: usize, seen: i32): void {
  while (atomic.load<i32>(address) === seen) atomic.wait<i32>(address, seen, -1)
}
