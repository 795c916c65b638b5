/**
 * The filters' gradient by Winograd's method: Gᵀ·[Σ over tiles of (A·dY·Aᵀ) ⊙ (Bᵀ·X·B)]·G, the transposed algorithm with
 * the same transform of the pictures as forward. In each plane the sum over tiles is a product [C, tiles]·[tiles, K].
 *
 * `winogradFilterGradient` takes blocks of tiles through transforms and products within a core's cache; each chunk of
 * blocks has sums of its own. Sums too large to be read and written for each block are made in stages instead: many
 * tiles are transformed (`winogradInput`, `winogradGradient`), then all workers share the sums (`winogradAccumulate`).
 * Either way `winogradFilterGradientResult` adds chunks up in order and transforms back: the same bits for any workers.
 */

import { accumulatePanel } from '../../../kernel/accumulate.as.ts'
import { accumulateTwoPanels } from '../../../kernel/accumulateWide.as.ts'
import { panelsTogether } from '../../../kernel/rows.as.ts'
import { high, LANES, put, STEP } from '../../../kernel/steps.as.ts'
import { nextTile } from '../../../kernel/tiles.as.ts'
import { Four, Six } from '../lines.as.ts'
import { touchTiles, transformInput } from '../transforms.as.ts'
import { transformFilterGradient, transformGradient } from './transforms.as.ts'

/** sums[plane][channel][8·panel …] (+)= Σ over tiles of V[plane][tile][channel] · W[plane][panel][tile][8]. */
function accumulatePlanes(
  firstPlane: i32,
  endPlane: i32,
  firstPanel: i32,
  endPanel: i32,
  channels: i32,
  count: i32,
  source: usize,
  sourcePitch: usize,
  sourcePlane: usize,
  gradient: usize,
  gradientPanel: usize,
  gradientPlane: usize,
  sums: usize,
  sumsPitch: usize,
  sumsPlane: usize,
  fresh: i32,
): void {
  for (let plane = firstPlane; plane < endPlane; plane++) {
    const from = source + <usize>plane * sourcePlane
    const packed = gradient + <usize>plane * gradientPlane
    const to = sums + <usize>plane * sumsPlane
    for (let panel = firstPanel, together = 1; panel < endPanel; panel += together) {
      // Columns that do not exist are computed here like others, so all panels are whole.
      together = panelsTogether(16, endPanel - panel)
      const values = packed + <usize>panel * gradientPanel
      const toPanel = to + (<usize>panel << 5)
      if (WIDE == 1 && together == 2) accumulateTwoPanels(channels, from, values, gradientPanel, 1, 1, count, sourcePitch, 0, 0, toPanel, sumsPitch, fresh)
      else accumulatePanel(channels, from, values, 1, 1, count, sourcePitch, 0, 0, toPanel, sumsPitch, fresh)
    }
  }
}

/** Sums of chunks of blocks of tiles. Tiles of the call are chunks. */
export function winogradFilterGradient(
  side: i32,
  /** [images, height, width, channels] */
  source: usize,
  height: i32,
  width: i32,
  channels: i32,
  images: i32,
  originY: i32,
  originX: i32,
  /** [images, gridHeight, gridWidth, columns] */
  gradient: usize,
  gridHeight: i32,
  gridWidth: i32,
  columns: i32,
  /** [chunk][plane][channel][panel][8] */
  sums: usize,
  sumsPitch: usize,
  sumsPlane: usize,
  chunkBytes: usize,
  chunkTiles: i32,
  blockTiles: i32,
  sourcePitch: usize,
  sourcePlane: usize,
  gradientPlane: usize,
  tiles: i32,
  counter: usize,
  scratch: usize,
): void {
  const m = side - 2
  const planes = side * side
  const tilesX = (gridWidth + m - 1) / m
  const tilesY = (gridHeight + m - 1) / m
  const total = tilesX * tilesY * images
  const used = (columns + 7) >> 3
  const sourcePixel = <usize>channels << 2
  const gradientPixel = <usize>columns << 2
  const panel = <usize>blockTiles << 5
  const transformed = scratch
  const packed = transformed + <usize>planes * sourcePlane
  const lines = packed + <usize>planes * gradientPlane

  for (let tile = nextTile(counter); tile < tiles; tile = nextTile(counter)) {
    const begin = tile * chunkTiles
    const end = min(begin + chunkTiles, total)
    const to = sums + <usize>tile * chunkBytes
    for (let first = begin; first < end; first += blockTiles) {
      const last = min(first + blockTiles, end)
      touchTiles(source, height, width, sourcePixel, sourcePixel, m, m + 1, tilesY, tilesX, first, last)
      touchTiles(gradient, gridHeight, gridWidth, gradientPixel, gradientPixel, m, m, tilesY, tilesX, first, last)
      if (side == 6) {
        transformInput<Six>(source, height, width, sourcePixel, channels, originY, originX, tilesY, tilesX, first, last, transformed, sourcePitch, sourcePlane, lines)
        transformGradient<Six>(gradient, gridHeight, gridWidth, gradientPixel, columns, tilesY, tilesX, first, last, packed, panel, gradientPlane, lines)
      } else {
        transformInput<Four>(source, height, width, sourcePixel, channels, originY, originX, tilesY, tilesX, first, last, transformed, sourcePitch, sourcePlane, lines)
        transformGradient<Four>(gradient, gridHeight, gridWidth, gradientPixel, columns, tilesY, tilesX, first, last, packed, panel, gradientPlane, lines)
      }
      accumulatePlanes(0, planes, 0, used, channels, last - first, transformed, sourcePitch, sourcePlane, packed, panel, gradientPlane, to, sumsPitch, sumsPlane, first == begin)
    }
  }
}

/** The transform of dY alone: transformedGradient[plane][panel][tile][8] of tiles first … first + count, numbered from `first`. */
export function winogradGradient(
  side: i32,
  gradient: usize,
  gridHeight: i32,
  gridWidth: i32,
  columns: i32,
  tilesY: i32,
  tilesX: i32,
  first: i32,
  count: i32,
  transformedGradient: usize,
  gradientPanel: usize,
  gradientPlane: usize,
  tilesEach: i32,
  columnsEach: i32,
  tiles: i32,
  counter: usize,
  scratch: usize,
): void {
  const ranges = (columns + columnsEach - 1) / columnsEach
  const pixel = <usize>columns << 2
  for (let tile = nextTile(counter); tile < tiles; tile = nextTile(counter)) {
    const column = (tile % ranges) * columnsEach
    const begin = (tile / ranges) * tilesEach
    const end = first + min(begin + tilesEach, count)
    const wanted = min(columnsEach, columns - column)
    const from = gradient + (<usize>column << 2)
    const at = transformedGradient + <usize>(column >> 3) * gradientPanel + (<usize>begin << 5)
    if (side == 6) {
      transformGradient<Six>(from, gridHeight, gridWidth, pixel, wanted, tilesY, tilesX, first + begin, end, at, gradientPanel, gradientPlane, scratch)
    } else {
      transformGradient<Four>(from, gridHeight, gridWidth, pixel, wanted, tilesY, tilesX, first + begin, end, at, gradientPanel, gradientPlane, scratch)
    }
  }
}

/** The products alone. Tiles are planes × ranges of panels × ranges of channels. */
export function winogradAccumulate(
  planes: i32,
  transformed: usize,
  sourcePitch: usize,
  sourcePlane: usize,
  channels: i32,
  transformedGradient: usize,
  gradientPanel: usize,
  gradientPlane: usize,
  columns: i32,
  count: i32,
  sums: usize,
  sumsPitch: usize,
  sumsPlane: usize,
  fresh: i32,
  channelsEach: i32,
  panelsEach: i32,
  tiles: i32,
  counter: usize,
  scratch: usize,
): void {
  const used = (columns + 7) >> 3
  const panelRanges = (used + panelsEach - 1) / panelsEach
  const ranges = (channels + channelsEach - 1) / channelsEach
  for (let tile = nextTile(counter); tile < tiles; tile = nextTile(counter)) {
    const channel = (tile % ranges) * channelsEach
    const panel = ((tile / ranges) % panelRanges) * panelsEach
    const plane = tile / ranges / panelRanges
    const from = transformed + (<usize>channel << 2)
    const to = sums + <usize>channel * sumsPitch
    const wanted = min(channelsEach, channels - channel)
    accumulatePlanes(plane, plane + 1, panel, min(panel + panelsEach, used), wanted, count, from, sourcePitch, sourcePlane, transformedGradient, gradientPanel, gradientPlane, to, sumsPitch, sumsPlane, fresh)
  }
}

/** target[3, 3, channels, columns] = Gᵀ·(the sum over chunks)·G. Tiles are ranges of channels. */
export function winogradFilterGradientResult(
  side: i32,
  sums: usize,
  sumsPitch: usize,
  sumsPlane: usize,
  chunks: i32,
  chunkBytes: usize,
  target: usize,
  channels: i32,
  columns: i32,
  channelsEach: i32,
  tiles: i32,
  counter: usize,
  scratch: usize,
): void {
  const planes = side * side
  const row = <usize>columns << 2
  const tap = <usize>channels * row
  const lines = scratch + <usize>planes * STEP
  for (let tile = nextTile(counter); tile < tiles; tile = nextTile(counter)) {
    const end = min((tile + 1) * channelsEach, channels)
    for (let channel = tile * channelsEach; channel < end; channel++) {
      for (let column = 0; column < columns; column += LANES) {
        const offset = <usize>column << 2
        let from = sums + <usize>channel * sumsPitch + offset
        let plane = sumsPlane
        if (chunks > 1) {
          for (let to = scratch; to < lines; to += STEP, from += sumsPlane) {
            let at = from
            let sum = v128.load(at)
            let sumHigh = high(at, sum)
            for (let chunk = 1; chunk < chunks; chunk++) {
              at += chunkBytes
              const value = v128.load(at)
              sum = f32x4.add(sum, value)
              if (WIDE == 1) sumHigh = f32x4.add(sumHigh, high(at, value))
            }
            put(to, sum, sumHigh)
          }
          from = scratch
          plane = STEP
        }
        const out = target + <usize>channel * row + offset
        if (side == 6) transformFilterGradient<Six>(from, plane, out, tap, columns - column, lines)
        else transformFilterGradient<Four>(from, plane, out, tap, columns - column, lines)
      }
    }
  }
}
