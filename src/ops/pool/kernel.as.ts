/**
 * Max pooling: goes through the rows of a tile and clips windows at the image's edge, so that the inner loops (max.as.ts,
 * maxGradient.as.ts) see no padding. Sizes and strides are in values, steps in bytes.
 */

import { nextTile } from '../kernel/tiles.as.ts'
import { ceilDivide, endInside, endTap, firstInside, firstTap } from './clip.as.ts'
import { maxRun2, maxRun3, maxWindow } from './max.as.ts'
import { addWinners3, giveToWinner, writeWinners2 } from './maxGradient.as.ts'

/** Tiles are ranges of `chunk` of the `items` rows of all outputs. */
export function maxPoolForward(
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
  const square = kernelHeight == kernelWidth ? kernelWidth : 0
  for (let tile = nextTile(counter); tile < tiles; tile = nextTile(counter)) {
    const end = min((tile + 1) * chunk, items)
    for (let item = tile * chunk; item < end; item++) {
      const picture = item / outHeight
      const startY = (item - picture * outHeight) * strideY - top
      const tapY = firstTap(startY, dilationY, 0)
      const rows = endTap(startY, dilationY, kernelHeight, height) - tapY
      const line = x + <usize>((picture * height + startY + tapY * dilationY) * width) * pitch
      const target = y + <usize>(item * outWidth) * pitch
      let column = 0
      while (column < outWidth) {
        const startX = column * strideX - left
        const to = target + <usize>column * pitch
        if (rows == square && (square == 2 || square == 3) && column >= insideFrom && column < insideTo) {
          const from = line + <usize>startX * pitch
          const count = insideTo - column
          if (square == 2) maxRun2(from, to, count, step, pitch, rowStep, columnStep, channels)
          else maxRun3(from, to, count, step, pitch, rowStep, columnStep, channels)
          column = insideTo
        } else {
          const tapX = firstTap(startX, dilationX, 0)
          const columns = endTap(startX, dilationX, kernelWidth, width) - tapX
          const from = line + <usize>(startX + tapX * dilationX) * pitch
          maxWindow(from, to, rows, columns, rowStep, columnStep, channels)
          column++
        }
      }
    }
  }
}

/** Tiles are ranges of `chunk` of the `items` bands of all inputs; a picture has `bands` of them, of `bandRows` rows. */
export function maxPoolGradient(
  x: usize,
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
  bandRows: i32,
  bands: i32,
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
  const extentY = (kernelHeight - 1) * dilationY + 1
  const apart = strideY >= extentY && strideX >= (kernelWidth - 1) * dilationX + 1
  const square = kernelHeight == kernelWidth ? kernelWidth : 0
  const runs = square == 3 || (square == 2 && apart)
  for (let tile = nextTile(counter); tile < tiles; tile = nextTile(counter)) {
    const end = min((tile + 1) * chunk, items)
    for (let item = tile * chunk; item < end; item++) {
      const picture = item / bands
      const firstRow = (item - picture * bands) * bandRows
      const endRow = min(firstRow + bandRows, height)
      // Rows are zeroed when the first window reaches them, while they are about to be in the cache anyway.
      let zeroed = firstRow
      const endOut = min(outHeight, (endRow - 1 + top) / strideY + 1)
      for (let row = ceilDivide(firstRow + top + 1 - extentY, strideY); row < endOut; row++) {
        const startY = row * strideY - top
        const tapY = firstTap(startY, dilationY, 0)
        const rows = endTap(startY, dilationY, kernelHeight, height) - tapY
        const firstY = startY + tapY * dilationY
        const ownFrom = firstTap(firstY, dilationY, firstRow)
        const ownTo = endTap(firstY, dilationY, rows, endRow)
        if (ownFrom >= ownTo) continue
        const reached = firstY + (ownTo - 1) * dilationY + 1
        if (reached > zeroed) {
          const from = <usize>(picture * height + zeroed) * linePitch
          memory.fill(dx + from, 0, <usize>(reached - zeroed) * linePitch)
          zeroed = reached
        }
        const line = <usize>(picture * height + firstY) * linePitch
        const source = dy + <usize>((picture * outHeight + row) * outWidth) * pitch
        let column = 0
        while (column < outWidth) {
          const startX = column * strideX - left
          const given = source + <usize>column * pitch
          if (runs && rows == square && ownFrom == 0 && ownTo == rows && column >= insideFrom && column < insideTo) {
            const offset = line + <usize>startX * pitch
            const from = x + offset
            const to = dx + offset
            const count = insideTo - column
            if (square == 2) writeWinners2(from, given, to, count, step, pitch, rowStep, columnStep, channels)
            else addWinners3(from, given, to, count, step, pitch, rowStep, columnStep, channels)
            column = insideTo
          } else {
            const tapX = firstTap(startX, dilationX, 0)
            const columns = endTap(startX, dilationX, kernelWidth, width) - tapX
            const offset = line + <usize>(startX + tapX * dilationX) * pitch
            const from = x + offset
            const to = dx + offset
            giveToWinner(from, given, to, rows, columns, ownFrom, ownTo, rowStep, columnStep, channels)
            column++
          }
        }
      }
      if (zeroed < endRow) {
        const from = <usize>(picture * height + zeroed) * linePitch
        memory.fill(dx + from, 0, <usize>(endRow - zeroed) * linePitch)
      }
    }
  }
}
