/** Copies of f32 values. Rows are short (tens to hundreds of values), so a loop here beats the call behind memory.copy. */

// @ts-ignore: decorator
@inline
export function copyValues(to: usize, from: usize, count: i32): void {
  if (count >= 4) {
    const lastTo = to + (<usize>count << 2) - 16
    const lastFrom = from + (<usize>count << 2) - 16
    for (; to < lastTo; to += 16, from += 16) v128.store(to, v128.load(from))
    // The last four may overlap the four before.
    v128.store(lastTo, v128.load(lastFrom))
  } else {
    for (; count > 0; count--, to += 4, from += 4) store<f32>(to, load<f32>(from))
  }
}

// @ts-ignore: decorator
@inline
export function zeroValues(to: usize, count: i32): void {
  for (; count >= 4; count -= 4, to += 16) v128.store(to, f32x4.splat(0))
  for (; count > 0; count--, to += 4) store<f32>(to, 0)
}

/** The first `columns` (at most 8) of each of `count` rows of 8, to the addresses in the table `targets`. */
export function copyFromRowsOf8(targets: usize, targetOffset: usize, from: usize, count: i32, columns: i32): void {
  if (columns >= 4) {
    const second = (<usize>columns << 2) - 16
    for (; count > 0; count--, targets += 4, from += 32) {
      const to = load<usize>(targets) + targetOffset
      v128.store(to, v128.load(from))
      v128.store(to + second, v128.load(from + second))
    }
  } else {
    for (; count > 0; count--, targets += 4, from += 32) {
      const to = load<usize>(targets) + targetOffset
      store<f32>(to, load<f32>(from))
      if (columns > 1) store<f32>(to, load<f32>(from, 4), 4)
      if (columns > 2) store<f32>(to, load<f32>(from, 8), 8)
    }
  }
}

/**
 * A block of a picture with its zero-padding: rows × columns × channels values, densely. (firstY, firstX) may lie outside
 * of the picture, and so may the far end. `source` is the address of the first wanted channel of pixel (0, 0).
 */
export function copyBlock(
  to: usize,
  source: usize,
  height: i32,
  width: i32,
  pixel: usize,
  channels: i32,
  firstY: i32,
  firstX: i32,
  rows: i32,
  columns: i32,
): void {
  const dense = pixel == <usize>channels << 2
  const left = min(max(-firstX, 0), columns)
  const inside = max(min(firstX + columns, width) - max(firstX, 0), 0)
  const right = columns - left - inside
  for (let y = firstY; y < firstY + rows; y++) {
    if (y < 0 || y >= height) {
      zeroValues(to, columns * channels)
      to += <usize>(columns * channels) << 2
      continue
    }
    zeroValues(to, left * channels)
    to += <usize>(left * channels) << 2
    let from = source + <usize>(y * width + max(firstX, 0)) * pixel
    if (dense) {
      copyValues(to, from, inside * channels)
      to += <usize>(inside * channels) << 2
    } else {
      for (let x = 0; x < inside; x++) {
        copyValues(to, from, channels)
        to += <usize>channels << 2
        from += pixel
      }
    }
    zeroValues(to, right * channels)
    to += <usize>(right * channels) << 2
  }
}
