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

/**
 * Rows of the largest tile. Eight columns are two vectors, so 6 rows take 12 accumulators, 2 vectors of filters and one
 * of pictures: 15 registers, all that V8 gives (52.5 GFLOP/s of 53 on Node 24). Where multiply and add are not fused the
 * product needs one more: 4 rows give 40.7, 5 rows 36.8, and 6 spill (25). A variant for other engines has its row here.
 */
// @ts-ignore: decorator
@inline
export const MOST_ROWS: i32 = VARIANT == 1 ? 6 : 4

/** Rows of the next tile when `left` are left: full tiles, then two of nearly equal height rather than a full and a thin one. */
// @ts-ignore: decorator
@inline
export function nextRows(left: i32): i32 {
  return left >= 2 * MOST_ROWS ? MOST_ROWS : left > MOST_ROWS ? (left + 1) >> 1 : left
}

/** How many whole tiles nextRows gives before the last rows, which are shared out otherwise. */
export function wholeTiles(rows: i32): i32 {
  let tiles = 0
  for (; nextRows(rows) == MOST_ROWS; rows -= MOST_ROWS) tiles++
  return tiles
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
