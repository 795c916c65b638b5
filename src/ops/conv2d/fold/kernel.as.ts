/**
 * Batch normalization at inference is an affine map of each channel, so it goes into the filters before it:
 * w′ = w·s and b′ = (b − mean)·s + shift, with s = scale/√(variance + ε).
 */

import { nextTile } from '../../kernel/tiles.as.ts'

/** `rows` rows of K weights into `toFilters`, and the bias into `toBias`; a tile is `chunk` rows. Bias, scale and shift: 0 for none. */
export function conv2dFoldNorm(
  filters: usize,
  bias: usize,
  scale: usize,
  shift: usize,
  mean: usize,
  variance: usize,
  epsilon: f32,
  rows: i32,
  columns: i32,
  toFilters: usize,
  toBias: usize,
  chunk: i32,
  tiles: i32,
  counter: usize,
  scratch: usize,
): void {
  for (let tile = nextTile(counter); tile < tiles; tile = nextTile(counter)) {
    const first = tile * chunk
    const last = min(first + chunk, rows)
    for (let k = 0; k < columns; k++) {
      const at = <usize>k << 2
      const numerator = scale == 0 ? <f32>1 : load<f32>(scale + at)
      const factor = numerator / sqrt<f32>(load<f32>(variance + at) + epsilon)
      const pitch = <usize>columns << 2
      let from = filters + <usize>first * pitch + at
      let to = toFilters + <usize>first * pitch + at
      for (let row = first; row < last; row++) {
        store<f32>(to, load<f32>(from) * factor)
        from += pitch
        to += pitch
      }
      if (tile != 0) continue
      const before = bias == 0 ? <f32>0 : load<f32>(bias + at)
      store<f32>(toBias + at, (before - load<f32>(mean + at)) * factor + (shift == 0 ? <f32>0 : load<f32>(shift + at)))
    }
  }
}
