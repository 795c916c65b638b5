/**
 * Memory fetched ahead of its use. WebAssembly has no prefetch; but loads that wait for nothing and for which nothing
 * waits are on their way together, a dozen at once, where a transform with work between its loads has few of them in
 * flight, and a store that misses holds up those behind it. So a kernel that goes over a block in an order the processor
 * does not foresee (columns of a picture, tiles) first touches every cache line of the block: what it reads, and what it
 * will write.
 */

/**
 * One load in each cache line of `rows` rows of `bytes` bytes, `pitch` bytes apart. Nobody uses the values, but no compiler
 * may leave the loads out, as a load can trap.
 */
export function touchRows(from: usize, rows: i32, bytes: usize, pitch: usize): void {
  for (; rows > 0; rows--, from += pitch) {
    const end = from + bytes
    let at = from
    for (; at + 256 <= end; at += 256) {
      load<i32>(at)
      load<i32>(at, 64)
      load<i32>(at, 128)
      load<i32>(at, 192)
    }
    for (; at < end; at += 64) load<i32>(at)
  }
}
