/** Which taps of a window lie inside of a picture. */

/** The first tap (of those `dilation` apart) that lies at or behind `edge` when tap 0 lies at `position`. */
// @ts-ignore: decorator
@inline
export function tapAt(edge: i32, position: i32, taps: i32, dilation: i32): i32 {
  return position >= edge ? 0 : min((edge - position + dilation - 1) / dilation, taps)
}
