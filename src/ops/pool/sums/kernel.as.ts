/**
 * Average and L2-norm pooling: goes through the rows of a tile and clips windows at the image's edge, so that the inner loops
 * (average.as.ts) see no padding. Sizes and strides are in values, steps in bytes.
 */

import { zip } from '../../kernel/map.as.ts'
import { nextTile } from '../../kernel/tiles.as.ts'
import { addScaled, Average, Norm, spreadRun, sumRun } from '../average.as.ts'
import { ceilDivide, endInside, endTap, firstInside, firstTap } from '../clip.as.ts'

/** Taps between countTop … countBottom − 1 and countLeft … countRight − 1 make the divisor, where the sum has one. */
function forward<F>(
  x: usize,
  y: usize,
  height: i32,
  width: i32,
  channels: i32,
  outHeight: i32,
  outWidth: i32,
  kernelHeight: i32,
  kernelWidth: i32,
  strideY: i32,
  strideX: i32,
  top: i32,
  left: i32,
  dilationY: i32,
  dilationX: i32,
  countTop: i32,
  countLeft: i32,
  countBottom: i32,
  countRight: i32,
  items: i32,
  chunk: i32,
  tiles: i32,
  counter: usize,
  scratch: usize,
): void {
  const pitch = <usize>channels << 2
  const rowStep = <usize>(dilationY * width) * pitch
  const columnStep = <usize>dilationX * pitch
  const step = <usize>strideX * pitch
  const insideFrom = firstInside(left, strideX)
  const insideTo = endInside(width, outWidth, kernelWidth, strideX, left, dilationX)
  for (let tile = nextTile(counter); tile < tiles; tile = nextTile(counter)) {
    const end = min((tile + 1) * chunk, items)
    for (let item = tile * chunk; item < end; item++) {
      const picture = item / outHeight
      const startY = (item - picture * outHeight) * strideY - top
      const tapY = firstTap(startY, dilationY, 0)
      const rows = endTap(startY, dilationY, kernelHeight, height) - tapY
      const counted = endTap(startY, dilationY, kernelHeight, countBottom) - firstTap(startY, dilationY, countTop)
      const line = x + <usize>((picture * height + startY + tapY * dilationY) * width) * pitch
      let column = 0
      while (column < outWidth) {
        const startX = column * strideX - left
        const tapX = firstTap(startX, dilationX, 0)
        const columns = endTap(startX, dilationX, kernelWidth, width) - tapX
        const across = endTap(startX, dilationX, kernelWidth, countRight) - firstTap(startX, dilationX, countLeft)
        const divisor = <f32>(counted * across)
        // Windows that are not cut at the sides go in one run.
        const count = column >= insideFrom && column < insideTo ? insideTo - column : 1
        const from = line + <usize>(startX + tapX * dilationX) * pitch
        const to = y + <usize>(item * outWidth + column) * pitch
        sumRun<F>(from, to, count, step, pitch, rows, columns, rowStep, columnStep, channels, divisor)
        column += count
      }
    }
  }
}

/** The average over each window. */
export function averagePoolForward(
  x: usize,
  y: usize,
  height: i32,
  width: i32,
  channels: i32,
  outHeight: i32,
  outWidth: i32,
  kernelHeight: i32,
  kernelWidth: i32,
  strideY: i32,
  strideX: i32,
  top: i32,
  left: i32,
  dilationY: i32,
  dilationX: i32,
  countTop: i32,
  countLeft: i32,
  countBottom: i32,
  countRight: i32,
  items: i32,
  chunk: i32,
  tiles: i32,
  counter: usize,
  scratch: usize,
): void {
  forward<Average>(
    x,
    y,
    height,
    width,
    channels,
    outHeight,
    outWidth,
    kernelHeight,
    kernelWidth,
    strideY,
    strideX,
    top,
    left,
    dilationY,
    dilationX,
    countTop,
    countLeft,
    countBottom,
    countRight,
    items,
    chunk,
    tiles,
    counter,
    scratch,
  )
}

/** The square root of the sum of squares over each window. */
export function l2PoolForward(
  x: usize,
  y: usize,
  height: i32,
  width: i32,
  channels: i32,
  outHeight: i32,
  outWidth: i32,
  kernelHeight: i32,
  kernelWidth: i32,
  strideY: i32,
  strideX: i32,
  top: i32,
  left: i32,
  dilationY: i32,
  dilationX: i32,
  countTop: i32,
  countLeft: i32,
  countBottom: i32,
  countRight: i32,
  items: i32,
  chunk: i32,
  tiles: i32,
  counter: usize,
  scratch: usize,
): void {
  forward<Norm>(
    x,
    y,
    height,
    width,
    channels,
    outHeight,
    outWidth,
    kernelHeight,
    kernelWidth,
    strideY,
    strideX,
    top,
    left,
    dilationY,
    dilationX,
    countTop,
    countLeft,
    countBottom,
    countRight,
    items,
    chunk,
    tiles,
    counter,
    scratch,
  )
}

/**
 * The gradient where windows do not overlap. Tiles are ranges of `chunk` of the `items` rows of all outputs; each owns
 * the input rows from where its windows start to where the next ones do. `covered`: every input value is in a window.
 * `whole`: each value gets all of dy instead of its share.
 */
export function averagePoolSpread(
  dy: usize,
  dx: usize,
  height: i32,
  width: i32,
  channels: i32,
  outHeight: i32,
  outWidth: i32,
  kernelHeight: i32,
  kernelWidth: i32,
  strideY: i32,
  strideX: i32,
  top: i32,
  left: i32,
  dilationY: i32,
  dilationX: i32,
  countTop: i32,
  countLeft: i32,
  countBottom: i32,
  countRight: i32,
  whole: i32,
  covered: i32,
  items: i32,
  chunk: i32,
  tiles: i32,
  counter: usize,
  scratch: usize,
): void {
  const pitch = <usize>channels << 2
  const linePitch = <usize>width * pitch
  const rowStep = <usize>dilationY * linePitch
  const columnStep = <usize>dilationX * pitch
  const step = <usize>strideX * pitch
  const insideFrom = firstInside(left, strideX)
  const insideTo = endInside(width, outWidth, kernelWidth, strideX, left, dilationX)
  for (let tile = nextTile(counter); tile < tiles; tile = nextTile(counter)) {
    const end = min((tile + 1) * chunk, items)
    for (let item = tile * chunk; item < end; item++) {
      const picture = item / outHeight
      const row = item - picture * outHeight
      const startY = row * strideY - top
      const image = dx + <usize>(picture * height) * linePitch
      if (!covered) {
        const ownFrom = row == 0 ? 0 : max(startY, 0)
        const ownTo = row == outHeight - 1 ? height : startY + strideY
        if (ownFrom < ownTo) memory.fill(image + <usize>ownFrom * linePitch, 0, <usize>(ownTo - ownFrom) * linePitch)
      }
      const tapY = firstTap(startY, dilationY, 0)
      const rows = endTap(startY, dilationY, kernelHeight, height) - tapY
      const counted = endTap(startY, dilationY, kernelHeight, countBottom) - firstTap(startY, dilationY, countTop)
      const line = image + <usize>(startY + tapY * dilationY) * linePitch
      let column = 0
      while (column < outWidth) {
        const startX = column * strideX - left
        const tapX = firstTap(startX, dilationX, 0)
        const columns = endTap(startX, dilationX, kernelWidth, width) - tapX
        const across = endTap(startX, dilationX, kernelWidth, countRight) - firstTap(startX, dilationX, countLeft)
        const divisor: f32 = whole ? 1 : <f32>(counted * across)
        // Windows that are not cut at the sides go in one run.
        const count = column >= insideFrom && column < insideTo ? insideTo - column : 1
        const from = dy + <usize>(item * outWidth + column) * pitch
        const to = line + <usize>(startX + tapX * dilationX) * pitch
        spreadRun(from, to, count, step, pitch, rows, columns, rowStep, columnStep, channels, divisor)
        column += count
      }
    }
  }
}

/**
 * The gradient where windows overlap. Tiles are ranges of `chunk` of the `items` rows of all inputs; each value gathers
 * from the windows that see it.
 */
export function averagePoolGather(
  dy: usize,
  dx: usize,
  height: i32,
  width: i32,
  channels: i32,
  outHeight: i32,
  outWidth: i32,
  kernelHeight: i32,
  kernelWidth: i32,
  strideY: i32,
  strideX: i32,
  top: i32,
  left: i32,
  dilationY: i32,
  dilationX: i32,
  countTop: i32,
  countLeft: i32,
  countBottom: i32,
  countRight: i32,
  whole: i32,
  items: i32,
  chunk: i32,
  tiles: i32,
  counter: usize,
  scratch: usize,
): void {
  const pitch = <usize>channels << 2
  const reachY = (kernelHeight - 1) * dilationY
  const reachX = (kernelWidth - 1) * dilationX
  for (let tile = nextTile(counter); tile < tiles; tile = nextTile(counter)) {
    const end = min((tile + 1) * chunk, items)
    for (let item = tile * chunk; item < end; item++) {
      const picture = item / height
      const lineY = item - picture * height
      const firstOut = ceilDivide(lineY + top - reachY, strideY)
      const endOut = min(outHeight, (lineY + top) / strideY + 1)
      // The windows that reach over a column move on with it.
      let firstColumn = 0
      let endColumn = 0
      for (let column = 0; column < width; column++) {
        while (firstColumn < outWidth && firstColumn * strideX - left + reachX < column) firstColumn++
        while (endColumn < outWidth && endColumn * strideX - left <= column) endColumn++
        const to = dx + <usize>(item * width + column) * pitch
        let written = false
        for (let row = firstOut; row < endOut; row++) {
          const startY = row * strideY - top
          if (dilationY > 1 && (lineY - startY) % dilationY != 0) continue
          const counted = endTap(startY, dilationY, kernelHeight, countBottom) - firstTap(startY, dilationY, countTop)
          for (let k = firstColumn; k < endColumn; k++) {
            const startX = k * strideX - left
            if (dilationX > 1 && (column - startX) % dilationX != 0) continue
            const across = endTap(startX, dilationX, kernelWidth, countRight) - firstTap(startX, dilationX, countLeft)
            const factor: f32 = whole ? 1 : 1 / <f32>(counted * across)
            const from = dy + <usize>((picture * outHeight + row) * outWidth + k) * pitch
            addScaled(from, to, factor, written, channels)
            written = true
          }
        }
        if (!written) memory.fill(to, 0, pitch)
      }
    }
  }
}

/** ratios = dy/y, 0 where y is 0: the gradient of an L2 norm at 0 is defined as 0. */
export function l2PoolGradientRatios(
  y: usize,
  dy: usize,
  ratios: usize,
  count: i32,
  chunk: i32,
  tiles: i32,
  counter: usize,
  scratch: usize,
): void {
  zip<Ratio>(y, dy, ratios, count, 0, chunk, tiles, counter)
}

/** dx = sums·x, where dx holds the sums of the ratios of the windows that see each value. */
export function l2PoolGradientScale(
  x: usize,
  dx: usize,
  count: i32,
  chunk: i32,
  tiles: i32,
  counter: usize,
  scratch: usize,
): void {
  zip<Product>(x, dx, dx, count, 0, chunk, tiles, counter)
}

@unmanaged
@final
class Ratio {
  @inline apply(y: v128, dy: v128, _parameter: v128): v128 {
    return v128.andnot(f32x4.div(dy, y), f32x4.eq(y, f32x4.splat(0)))
  }
}

@unmanaged
@final
class Product {
  @inline apply(a: v128, b: v128, _parameter: v128): v128 {
    return f32x4.mul(a, b)
  }
}
