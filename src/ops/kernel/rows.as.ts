/**
 * How many rows a micro-kernel's register tile has. A row count is a type here (its size is the count), because
 * AssemblyScript compiles a generic function once for each type argument: one source, one straight-line kernel a count.
 */

@unmanaged export class Rows1 { a: u8 }
@unmanaged export class Rows2 { a: u8; b: u8 }
@unmanaged export class Rows3 { a: u8; b: u8; c: u8 }
@unmanaged export class Rows4 { a: u8; b: u8; c: u8; d: u8 }
@unmanaged export class Rows5 { a: u8; b: u8; c: u8; d: u8; e: u8 }
@unmanaged export class Rows6 { a: u8; b: u8; c: u8; d: u8; e: u8; f: u8 }

/** Two and three rows that `accumulate` gives one sum each, as in taller tiles; see `hasPairs`. */
@unmanaged export class Single2 { mark: u64; a: u8; b: u8 }
@unmanaged export class Single3 { mark: u64; a: u8; b: u8; c: u8 }

// @ts-ignore: decorator
@inline
export function rowsOf<R>(): i32 {
  return <i32>offsetof<R>() & 7
}

/**
 * Whether tiles of R have so few independent sums that an addition's latency shows: `accumulate` gives odd terms sums of
 * their own then. (`multiply` does not, though it makes 1 to 3 rows, and 7, 1.2 to 1.6 times as fast: what a picture's
 * values come to would depend on how many are beside it.)
 */
// @ts-ignore: decorator
@inline
export function isPaired<R>(): bool {
  return <i32>offsetof<R>() < (VARIANT == 1 ? 4 : 3)
}

/**
 * Rows of the largest tile. Eight columns are two vectors, so 6 rows take 12 accumulators, 2 vectors of filters and one
 * of pictures: 15 registers, all that V8 gives (52.5 GFLOP/s of 53 on Node 24).
 *
 * V8 up to 12.4 (Node 20 and 22) sets the loads of a turn before all its sums, and spills what has no register. A turn of
 * one term and 4 rows needs 8 + 2 + 4 and gives 54.5 of 59 GFLOP/s; 5 rows 31, 6 rows 38, and with two terms a turn 4 rows
 * 28, 6 rows 31. Not fused, the product needs one more: 4 rows give 43 with one term a turn and 28 with two.
 */
// @ts-ignore: decorator
@inline
export const MOST_ROWS: i32 = VARIANT == 1 && TERMS == 2 ? 6 : 4

/**
 * Rows of the next tile when `left` are left: full tiles, then two or three of nearly equal height rather than a full and a
 * thin one. Where multiply and add are fused, tiles of 4 keep thin ones to where tiles of 6 have them: `hasPairs` is theirs.
 */
// @ts-ignore: decorator
@inline
export function nextRows(left: i32): i32 {
  if (VARIANT == 1 && TERMS == 1) return left < 4 ? left : left == 5 || left == 6 || left == 9 || left == 11 ? 3 : 4
  if (VARIANT == 1 && left == 13) return 5
  return left >= 2 * MOST_ROWS ? MOST_ROWS : left > MOST_ROWS ? (left + 1) >> 1 : left
}

/** nextRows for panels of which half is used: rows have two sums each then, and a turn adds a term to both of them. */
// @ts-ignore: decorator
@inline
export function nextRowsHalf(left: i32): i32 {
  return TERMS == 2 ? nextRows(left) : left == 4 ? 2 : min(left, 3)
}

/** How many whole tiles nextRows gives before the last rows, which are shared out otherwise. */
export function wholeTiles(rows: i32): i32 {
  let tiles = 0
  for (; nextRows(rows) == MOST_ROWS; rows -= MOST_ROWS) tiles++
  return tiles
}

/**
 * Whether the tiles of 2 and 3 rows of `accumulate` that `count` rows come to are paired ones, so that results have the same bits whatever
 * a variant's tiles. Tiles of 6 come to thin ones only of less than 4 rows, and of 7; not fused, tiles of 4 are alone.
 */
// @ts-ignore: decorator
@inline
export function hasPairs(count: i32): bool {
  return VARIANT == 0 || TERMS == 2 || count < 4 || count == 7
}

/** How many tiles `rows` come to that may be any of them, not neighbours. */
// @ts-ignore: decorator
@inline
export function tilesOf(rows: i32): i32 {
  return (rows + MOST_ROWS - 1) / MOST_ROWS
}

/**
 * How many panels a tile takes of `panels` neighbouring ones that hold `columns` columns: two where V8's revectorizer makes
 * 256-bit operations of ours (`WIDE`) and both panels are whole, else one.
 */
// @ts-ignore: decorator
@inline
export function panelsTogether(columns: i32, panels: i32): i32 {
  return WIDE == 1 && columns >= 16 && panels > 1 ? 2 : 1
}
