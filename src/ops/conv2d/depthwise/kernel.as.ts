/**
 * Depthwise convolution: every channel has filters of its own, so there is no sum over channels and no matrix product;
 * vectors run over channels instead. A multiplier m (m filters a channel) is met while copying the tile's piece of the
 * picture: forward each channel is copied m times; for the input gradient the m filters of a channel become m passes of
 * one sum. Channels are padded to 8 in the copy, in the packed filters and in the sums.
 */

import { copyBlock, copyValues, zeroValues } from '../../kernel/copy.as.ts'
import { Rows1, Rows2, Rows3, Rows4 } from '../../kernel/rows.as.ts'
import { STEP } from '../../kernel/steps.as.ts'
import { nextTile } from '../../kernel/tiles.as.ts'
import { accumulateTaps, multiplyRow3, multiplyTaps } from './taps.as.ts'

/**
 * Packs [taps, channels·up] into [1 + pass·tap][channels padded to 8], a first row of biases (0: none) before all.
 * Taps are taken as by conv2dPackTurned; row (pass, tap) holds filters[tap, channel·up + pass].
 */
export function depthwisePack(
  filters: usize,
  bias: usize,
  filterWidth: i32,
  firstY: i32,
  firstX: i32,
  stepY: i32,
  stepX: i32,
  tapsY: i32,
  tapsX: i32,
  passes: i32,
  up: i32,
  channels: i32,
  packed: usize,
  tiles: i32,
  counter: usize,
  scratch: usize,
): void {
  const pitch = <usize>((channels + 7) & ~7) << 2
  const taps = tapsY * tapsX
  for (let tile = nextTile(counter); tile < tiles; tile = nextTile(counter)) {
    const to = packed + <usize>tile * pitch
    zeroValues(to, (channels + 7) & ~7)
    if (tile == 0) {
      if (bias != 0) copyValues(to, bias, channels)
      continue
    }
    const pass = (tile - 1) / taps
    const y = ((tile - 1) % taps) / tapsX
    const x = (tile - 1) % tapsX
    const tap = (firstY + y * stepY) * filterWidth + firstX + x * stepX
    let from = filters + (<usize>(tap * channels * up + pass) << 2)
    for (let channel = 0; channel < channels; channel++, from += <usize>up << 2) {
      store<f32>(to + (<usize>channel << 2), load<f32>(from))
    }
  }
}

/** copyBlock with `count` channels of which number i comes from channel (first + i)·up/down + pass, padded with zeros to `padded`. */
function copyChannels(
  to: usize,
  source: usize,
  height: i32,
  width: i32,
  pixel: usize,
  first: i32,
  count: i32,
  padded: i32,
  up: i32,
  down: i32,
  pass: i32,
  firstY: i32,
  firstX: i32,
  rows: i32,
  columns: i32,
): void {
  if (up == 1 && down == 1 && count == padded) {
    copyBlock(to, source + (<usize>first << 2), height, width, pixel, count, firstY, firstX, rows, columns)
    return
  }
  const bytes = <usize>padded << 2
  for (let y = firstY; y < firstY + rows; y++) {
    for (let x = firstX; x < firstX + columns; x++, to += bytes) {
      if (y < 0 || y >= height || x < 0 || x >= width) {
        zeroValues(to, padded)
        continue
      }
      const from = source + <usize>(y * width + x) * pixel
      if (up == 1 && down == 1) {
        copyValues(to, from + (<usize>first << 2), count)
      } else {
        for (let i = 0; i < count; i++) {
          store<f32>(to + (<usize>i << 2), load<f32>(from + (<usize>(((first + i) * up) / down + pass) << 2)))
        }
      }
      zeroValues(to + (<usize>count << 2), padded - count)
    }
  }
}

/**
 * target[n, y, x, k] = clamp(bias[k] + Σ over passes and taps of source[n, y·strideY + originY + i·dilationY, …,
 * k·up/down + pass]·weight). Tiles are an image's blocks of rows times ranges of channels.
 */
export function depthwiseProduct(
  source: usize,
  height: i32,
  width: i32,
  pixel: usize,
  images: i32,
  gridHeight: i32,
  gridWidth: i32,
  strideY: i32,
  strideX: i32,
  originY: i32,
  originX: i32,
  tapsY: i32,
  tapsX: i32,
  dilationY: i32,
  dilationX: i32,
  up: i32,
  down: i32,
  passes: i32,
  /** As packed above. */
  packed: usize,
  channels: i32,
  target: usize,
  targetImage: usize,
  targetRow: usize,
  targetColumn: usize,
  floor: f32,
  ceiling: f32,
  blockRows: i32,
  blockChannels: i32,
  tiles: i32,
  counter: usize,
  scratch: usize,
): void {
  const blocksY = (gridHeight + blockRows - 1) / blockRows
  const inRegisters = tapsY == 3 && tapsX == 3 && passes == 1
  const image = <usize>(height * width) * pixel
  const weightsPitch = <usize>((channels + 7) & ~7) << 2
  const copiedColumns = max((gridWidth - 1) * strideX + (tapsX - 1) * dilationX + 1, 0)
  // Results of 4 pixels × 8 channels, where not all of the 8 exist.
  const part = scratch
  const copied = scratch + 128
  for (let tile = nextTile(counter); tile < tiles; tile = nextTile(counter)) {
    const firstY = (tile % blocksY) * blockRows
    const n = (tile / blocksY) % images
    const firstChannel = (tile / blocksY / images) * blockChannels
    const count = min(blockChannels, channels - firstChannel)
    const padded = (count + 7) & ~7
    const countY = min(blockRows, gridHeight - firstY)
    const copiedRows = max((countY - 1) * strideY + (tapsY - 1) * dilationY + 1, 0)
    const pitchX = <usize>padded << 2
    const pitchY = <usize>copiedColumns * pitchX
    const passBytes = <usize>copiedRows * pitchY
    for (let pass = 0; pass < passes; pass++) {
      const to = copied + <usize>pass * passBytes
      const from = source + <usize>n * image
      copyChannels(to, from, height, width, pixel, firstChannel, count, padded, up, down, pass, firstY * strideY + originY, originX, copiedRows, copiedColumns)
    }
    const tapStep = <usize>dilationX * pitchX
    const rowJump = <usize>dilationY * pitchY - <usize>tapsX * tapStep
    const passJump = passBytes - <usize>(tapsY * dilationY) * pitchY
    const step = <usize>strideX * pitchX
    for (let channel = 0; channel < count; channel += 8) {
      const valid = min(count - channel, 8)
      const weights = packed + (<usize>(firstChannel + channel) << 2)
      for (let y = 0; y < countY; y++) {
        let from = copied + (<usize>channel << 2) + <usize>(y * strideY) * pitchY
        let to = target + <usize>n * targetImage + <usize>(firstY + y) * targetRow + (<usize>(firstChannel + channel) << 2)
        if (inRegisters && valid == 8) {
          for (let half: usize = 0; half < 32; half += STEP) {
            const w = weights + half
            multiplyRow3(from + half, <usize>dilationY * pitchY, tapStep, step, gridWidth, w, w + weightsPitch, weightsPitch, to + half, targetColumn, floor, ceiling)
          }
          continue
        }
        for (let left = gridWidth; left > 0; left -= 4) {
          const pixels = min(left, 4)
          const out = valid < 8 ? part : to
          const outStep: usize = valid < 8 ? 32 : targetColumn
          if (pixels == 4) multiplyTaps<Rows4>(from, step, tapStep, rowJump, passJump, passes, tapsY, tapsX, weights, weights + weightsPitch, weightsPitch, 0, out, outStep, floor, ceiling)
          else if (pixels == 3) multiplyTaps<Rows3>(from, step, tapStep, rowJump, passJump, passes, tapsY, tapsX, weights, weights + weightsPitch, weightsPitch, 0, out, outStep, floor, ceiling)
          else if (pixels == 2) multiplyTaps<Rows2>(from, step, tapStep, rowJump, passJump, passes, tapsY, tapsX, weights, weights + weightsPitch, weightsPitch, 0, out, outStep, floor, ceiling)
          else multiplyTaps<Rows1>(from, step, tapStep, rowJump, passJump, passes, tapsY, tapsX, weights, weights + weightsPitch, weightsPitch, 0, out, outStep, floor, ceiling)
          if (valid < 8) {
            for (let i = 0; i < pixels; i++) copyValues(to + <usize>i * targetColumn, part + (<usize>i << 5), valid)
          }
          from += 4 * step
          to += 4 * targetColumn
        }
      }
    }
  }
}

/** sums[chunk][tap][k] = Σ over the chunk's pixels of source[…, k/down]·gradient[…, k]; summed up by sumChunks. */
export function depthwiseFilterGradient(
  source: usize,
  height: i32,
  width: i32,
  pixel: usize,
  down: i32,
  images: i32,
  gridHeight: i32,
  gridWidth: i32,
  strideY: i32,
  strideX: i32,
  originY: i32,
  originX: i32,
  tapsY: i32,
  tapsX: i32,
  dilationY: i32,
  dilationX: i32,
  gradient: usize,
  channels: i32,
  sums: usize,
  chunkBytes: usize,
  sumsPitch: usize,
  blockRows: i32,
  blockChannels: i32,
  /** Blocks of rows in a chunk. */
  chunkBlocks: i32,
  tiles: i32,
  counter: usize,
  scratch: usize,
): void {
  const channelRanges = (channels + blockChannels - 1) / blockChannels
  const blocksY = (gridHeight + blockRows - 1) / blockRows
  const blocks = blocksY * images
  const image = <usize>(height * width) * pixel
  const gradientPixel = <usize>channels << 2
  const copiedColumns = (gridWidth - 1) * strideX + (tapsX - 1) * dilationX + 1
  for (let tile = nextTile(counter); tile < tiles; tile = nextTile(counter)) {
    const firstChannel = (tile % channelRanges) * blockChannels
    const chunk = tile / channelRanges
    const count = min(blockChannels, channels - firstChannel)
    const padded = (count + 7) & ~7
    const pitchX = <usize>padded << 2
    const pitchY = <usize>copiedColumns * pitchX
    const copied = scratch + <usize>(blockRows * gridWidth) * pitchX
    const first = chunk * chunkBlocks
    const end = min(first + chunkBlocks, blocks)
    for (let block = first; block < end; block++) {
      const firstY = (block % blocksY) * blockRows
      const n = block / blocksY
      const countY = min(blockRows, gridHeight - firstY)
      const copiedRows = (countY - 1) * strideY + (tapsY - 1) * dilationY + 1
      copyChannels(copied, source + <usize>n * image, height, width, pixel, firstChannel, count, padded, 1, down, 0, firstY * strideY + originY, originX, copiedRows, copiedColumns)
      const dy = gradient + <usize>(n * gridHeight * gridWidth) * gradientPixel
      copyChannels(scratch, dy, gridHeight, gridWidth, gradientPixel, firstChannel, count, padded, 1, 1, 0, firstY, 0, countY, gridWidth)
      const step = <usize>strideX * pitchX
      const tapStep = <usize>dilationX * pitchX
      const rowJump = <usize>strideY * pitchY - <usize>gridWidth * step
      for (let channel = 0; channel < count; channel += 8) {
        const offset = <usize>channel << 2
        const out = sums + <usize>chunk * chunkBytes + (<usize>firstChannel << 2) + offset
        for (let y = 0; y < tapsY; y++) {
          for (let x = 0; x < tapsX; x += 4) {
            const taps = min(tapsX - x, 4)
            const from = copied + offset + <usize>(y * dilationY) * pitchY + <usize>x * tapStep
            const to = out + <usize>(y * tapsX + x) * sumsPitch
            if (taps == 4) accumulateTaps<Rows4>(from, step, tapStep, rowJump, scratch + offset, pitchX, countY, gridWidth, to, sumsPitch, block == first)
            else if (taps == 3) accumulateTaps<Rows3>(from, step, tapStep, rowJump, scratch + offset, pitchX, countY, gridWidth, to, sumsPitch, block == first)
            else if (taps == 2) accumulateTaps<Rows2>(from, step, tapStep, rowJump, scratch + offset, pitchX, countY, gridWidth, to, sumsPitch, block == first)
            else accumulateTaps<Rows1>(from, step, tapStep, rowJump, scratch + offset, pitchX, countY, gridWidth, to, sumsPitch, block == first)
          }
        }
      }
    }
  }
}
