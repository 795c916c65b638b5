/** Tiles are dealt out by a counter that all workers share, so that a worker which was held up takes fewer of them. */

/** The next free tile. The runner zeroes the counter before a call; a kernel stops at its last tile. */
// @ts-ignore: decorator
@inline
export function nextTile(counter: usize): i32 {
  return atomic.add<i32>(counter, 1)
}
