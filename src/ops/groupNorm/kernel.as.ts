/**
 * The statistics of group normalization, from the sums over each channel that the kernels of batch normalization make; these
 * also apply them. Arrays of statistics and coefficients are [n, channels]: a group's value is repeated for each of its channels.
 */

import { addPartials } from '../batchNorm/shared.as.ts'
import { nextTile } from '../kernel/tiles.as.ts'

/** A tile is a picture of `ranges` partial sums: its means, 1/√(variance + ε), and factor = scale·inverse. */
export function groupNormStatistics(
  partials: usize,
  ranges: i32,
  rows: i32,
  channels: i32,
  groups: i32,
  epsilon: f64,
  scale: usize,
  mean: usize,
  inverse: usize,
  factor: usize,
  tiles: i32,
  counter: usize,
  scratch: usize,
): void {
  const depth = channels / groups
  const count = <f64>rows * <f64>depth
  for (let picture = nextTile(counter); picture < tiles; picture = nextTile(counter)) {
    const sums = partials + (<usize>(picture * ranges * channels) << 4)
    addPartials(sums, channels, ranges)
    const own = <usize>(picture * channels) << 2
    for (let first = 0; first < channels; first += depth) {
      const m = sumOf(sums, first, depth) / count
      const meanSquare = sumOf(sums, channels + first, depth) / count
      const deviation = <f32>(1.0 / sqrt(max<f64>(meanSquare - m * m, 0) + epsilon))
      for (let c = first; c < first + depth; c++) {
        const at = own + (<usize>c << 2)
        store<f32>(mean + at, <f32>m)
        store<f32>(inverse + at, deviation)
        store<f32>(factor + at, load<f32>(scale + (<usize>c << 2)) * deviation)
      }
    }
  }
}

function sumOf(values: usize, first: i32, count: i32): f64 {
  let sum: f64 = 0
  for (let i = first; i < first + count; i++) sum += load<f64>(values + (<usize>i << 3))
  return sum
}

/**
 * A tile is a picture. With Σdy and Σdy·(x − mean) of each channel: the coefficients of dx = factor·dy − slope·(x − mean) −
 * offset. What the picture adds to dshift and dscale stays in its first partial sums.
 */
export function groupNormGradientStatistics(
  partials: usize,
  ranges: i32,
  rows: i32,
  channels: i32,
  groups: i32,
  scale: usize,
  inverse: usize,
  factor: usize,
  slope: usize,
  offset: usize,
  tiles: i32,
  counter: usize,
  scratch: usize,
): void {
  const depth = channels / groups
  const count = <f64>rows * <f64>depth
  for (let picture = nextTile(counter); picture < tiles; picture = nextTile(counter)) {
    const sums = partials + (<usize>(picture * ranges * channels) << 4)
    const products = sums + (<usize>channels << 3)
    addPartials(sums, channels, ranges)
    const own = <usize>(picture * channels) << 2
    for (let first = 0; first < channels; first += depth) {
      let sum: f64 = 0
      let product: f64 = 0
      for (let c = first; c < first + depth; c++) {
        const at = <usize>c << 3
        const s = <f64>load<f32>(scale + (<usize>c << 2))
        const ofScale = load<f64>(products + at) * <f64>load<f32>(inverse + own + (<usize>c << 2))
        sum += s * load<f64>(sums + at)
        product += s * ofScale
        store<f64>(products + at, ofScale)
      }
      for (let c = first; c < first + depth; c++) {
        const at = own + (<usize>c << 2)
        const deviation = load<f32>(inverse + at)
        const perValue = <f64>deviation / count
        store<f32>(factor + at, load<f32>(scale + (<usize>c << 2)) * deviation)
        store<f32>(slope + at, <f32>(perValue * <f64>deviation * product))
        store<f32>(offset + at, <f32>(perValue * sum))
      }
    }
  }
}
