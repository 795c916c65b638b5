/**
 * 3×3 convolution with stride 1 by Winograd's method: tiles of the picture and the filters are transformed, position by
 * position ("plane") they are multiplied as matrices [tiles, C]·[C, K], and the products are transformed back. F(4×4)
 * needs 36 multiplications for 16 results where the sum over nine taps needs 144.
 *
 * `winogradProduct` takes blocks of tiles through all three stages, so that what lies between them stays in a core's
 * second-level cache. Where there are few tiles, or many filters to be read for each block, the stages are calls of
 * their own (`winogradInput`, `winogradMultiply`, `winogradOutput`) and all workers share the planes. The input's
 * gradient is the same with filters that are turned round. Which one, and the blocks: plan.ts.
 *
 * Groups are blocks of their own. Effective GFLOP/s of one image, forward, beside a product and a dense convolution of as
 * many channels as a group has on as many bytes (one core of a shared EPYC, Node 24, relaxed SIMD): 14×14×512 in 16 groups 110, 55, 120;
 * 7×7×1024 in 32 groups 88, 55, 116, in 16 groups 115, 59, 140.
 */

import { copyValues, zeroValues } from '../../kernel/copy.as.ts'
import { multiplyPanel } from '../../kernel/multiply.as.ts'
import { multiplyTiles } from '../../kernel/matrix.as.ts'
import { multiplyTilesWide } from '../../kernel/matrixWide.as.ts'
import { multiplyTwoPanels } from '../../kernel/multiplyWide.as.ts'
import { MOST_ROWS, panelsTogether, wholeTiles } from '../../kernel/rows.as.ts'
import { nextTile } from '../../kernel/tiles.as.ts'
import { touchRows } from '../../kernel/touch.as.ts'
import { Four, Six } from './lines.as.ts'
import { packTransformed } from './pack.as.ts'
import { touchTiles, transformInput, transformOutput } from './transforms.as.ts'

/**
 * Fills packed = for each group bias [panels·8], then U [plane][panel][term][8], `packedPlane` bytes a plane. Tiles are groups ×
 * ranges of terms × panels; of the `panels` there is room for, those beyond the columns stay as they are.
 */
export function winogradPack(
  side: i32,
  /** [3, 3, channels, groups·filtersEach] */
  filters: usize,
  /** 0: none */
  bias: usize,
  groups: i32,
  channels: i32,
  filtersEach: i32,
  turned: i32,
  panels: i32,
  packed: usize,
  packedPlane: usize,
  packedGroup: usize,
  termsEach: i32,
  tiles: i32,
  counter: usize,
  scratch: usize,
): void {
  const columns = turned ? channels : filtersEach
  const terms = turned ? filtersEach : channels
  const used = (columns + 7) >> 3
  const ranges = (terms + termsEach - 1) / termsEach
  const pitch = <usize>(groups * filtersEach) << 2
  for (let tile = nextTile(counter); tile < tiles; tile = nextTile(counter)) {
    const panel = tile % used
    const first = ((tile / used) % ranges) * termsEach
    const group = tile / used / ranges
    const end = min(first + termsEach, terms)
    const from = filters + (<usize>(group * filtersEach) << 2)
    const start = packed + <usize>group * packedGroup
    if (first == 0) {
      const to = start + (<usize>panel << 5)
      zeroValues(to, 8)
      if (bias != 0) copyValues(to, bias + (<usize>(group * columns + panel * 8) << 2), min(columns - panel * 8, 8))
    }
    const to = start + (<usize>panels << 5) + ((<usize>(panel * terms)) << 5)
    if (side == 6) packTransformed<Six>(from, channels, pitch, filtersEach, turned, panel, first, end, to, packedPlane, scratch)
    else packTransformed<Four>(from, channels, pitch, filtersEach, turned, panel, first, end, to, packedPlane, scratch)
  }
}

/** M[plane][tile][8·(panel − firstPanel) …] = V[plane][tile][term] · U[plane][panel][term][8] for ranges of planes and panels. */
function multiplyPlanes(
  firstPlane: i32,
  endPlane: i32,
  firstPanel: i32,
  endPanel: i32,
  count: i32,
  terms: i32,
  /** Addresses of the tiles' rows in the first plane, 4 bytes a tile; they lie at the pitches. */
  sources: usize,
  targets: usize,
  sourcePitch: usize,
  targetPitch: usize,
  sourcePlane: usize,
  targetPlane: usize,
  filters: usize,
  filterPlane: usize,
  zeros: usize,
): void {
  const panelBytes = <usize>terms << 5
  const tiles = wholeTiles(count)
  const left = count - tiles * MOST_ROWS
  const lastSources = sources + (<usize>(tiles * MOST_ROWS) << 2)
  const lastTargets = targets + (<usize>(tiles * MOST_ROWS) << 2)
  for (let plane = firstPlane; plane < endPlane; plane++) {
    const from = <usize>plane * sourcePlane
    const to = <usize>plane * targetPlane
    const packed = filters + <usize>plane * filterPlane
    for (let panel = firstPanel, together = 1; panel < endPanel; panel += together) {
      // Columns that do not exist are computed here like others, so all panels are whole.
      together = panelsTogether(16, endPanel - panel)
      const values = packed + <usize>panel * panelBytes
      const toPanel = to + (<usize>(panel - firstPanel) << 5)
      if (tiles > 0) {
        const rows = load<usize>(sources) + from
        const results = load<usize>(targets) + toPanel
        if (WIDE == 1 && together == 2) multiplyTilesWide(tiles, rows, sourcePitch, results, targetPitch, values, panelBytes, terms)
        else multiplyTiles(tiles, rows, sourcePitch, results, targetPitch, values, terms)
      }
      if (WIDE == 1 && together == 2) multiplyTwoPanels(left, lastSources, lastTargets, from, toPanel, zeros, 0, 0, 32, values, panelBytes, 1, 1, terms, 0, 0, -Infinity, Infinity)
      else multiplyPanel(left, lastSources, lastTargets, from, toPanel, zeros, 0, values, 1, 1, terms, 0, 0, -Infinity, Infinity)
    }
  }
}

/** table[i] = from + i·pitch */
function storeAddresses(table: usize, from: usize, pitch: usize, count: i32): void {
  for (; count > 0; count--, table += 4, from += pitch) store<usize>(table, from)
}

/**
 * Convolution of all tiles, block by block. Tiles of the call are groups × blocks of `blockTiles` tiles of the picture ×
 * ranges of `panelsEach` panels. A worker that takes several ranges of one block transforms its input once.
 */
export function winogradProduct(
  side: i32,
  /** [images, height, width, groups·channels] */
  source: usize,
  height: i32,
  width: i32,
  channels: i32,
  groups: i32,
  images: i32,
  gridHeight: i32,
  gridWidth: i32,
  originY: i32,
  originX: i32,
  /** As winogradPack leaves it. */
  packed: usize,
  panels: i32,
  packedPlane: usize,
  packedGroup: usize,
  /** [images, gridHeight, gridWidth, groups·columns] */
  target: usize,
  columns: i32,
  floor: f32,
  ceiling: f32,
  blockTiles: i32,
  panelsEach: i32,
  blockPanels: i32,
  sourcePitch: usize,
  sourcePlane: usize,
  productPitch: usize,
  productPlane: usize,
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
  const blocks = (total + blockTiles - 1) / blockTiles
  const sourcePixel = <usize>(groups * channels) << 2
  const targetPixel = <usize>(groups * columns) << 2

  const table = (<usize>blockTiles * 4 + 63) & ~63
  const zeros = scratch
  const sources = zeros + 64
  const targets = sources + table
  const transformed = targets + table
  const products = transformed + <usize>planes * sourcePlane
  const lines = products + <usize>planes * productPlane
  zeroValues(zeros, 8)
  storeAddresses(sources, transformed, sourcePitch, blockTiles)
  storeAddresses(targets, products, productPitch, blockTiles)

  const ranges = (used + panelsEach - 1) / panelsEach
  let transformedBlock = -1
  for (let tile = nextTile(counter); tile < tiles; tile = nextTile(counter)) {
    const block = tile / ranges
    const firstPanel = (tile % ranges) * panelsEach
    const endPanel = min(firstPanel + panelsEach, used)
    const group = block / blocks
    const first = (block % blocks) * blockTiles
    const end = min(first + blockTiles, total)
    const picture = source + (<usize>(group * channels) << 2)
    const result = target + (<usize>(group * columns) << 2)
    const bias = packed + <usize>group * packedGroup
    const filters = bias + (<usize>panels << 5)
    if (block != transformedBlock) {
      transformedBlock = block
      touchTiles(picture, height, width, sourcePixel, <usize>channels << 2, m, m + 1, tilesY, tilesX, first, end)
      if (side == 6) {
        transformInput<Six>(picture, height, width, sourcePixel, channels, originY, originX, tilesY, tilesX, first, end, transformed, sourcePitch, sourcePlane, lines)
      } else {
        transformInput<Four>(picture, height, width, sourcePixel, channels, originY, originX, tilesY, tilesX, first, end, transformed, sourcePitch, sourcePlane, lines)
      }
    }
    const firstColumn = firstPanel << 3
    const wantedBytes = <usize>(min(endPanel << 3, columns) - firstColumn) << 2
    touchTiles(result + (<usize>firstColumn << 2), gridHeight, gridWidth, targetPixel, wantedBytes, m, m, tilesY, tilesX, first, end)
    // A few panels at a time: their products are few enough to stay near until they are transformed back.
    for (let panel = firstPanel; panel < endPanel; panel += blockPanels) {
      const last = min(panel + blockPanels, endPanel)
      multiplyPlanes(0, planes, panel, last, end - first, channels, sources, targets, sourcePitch, productPitch, sourcePlane, productPlane, filters, packedPlane, zeros)
      const wanted = min((last - panel) * 8, columns - panel * 8)
      const offset = <usize>panel << 5
      if (side == 6) {
        transformOutput<Six>(products, productPitch, productPlane, wanted, bias + offset, floor, ceiling, result + offset, gridHeight, gridWidth, targetPixel, tilesY, tilesX, first, end, lines)
      } else {
        transformOutput<Four>(products, productPitch, productPlane, wanted, bias + offset, floor, ceiling, result + offset, gridHeight, gridWidth, targetPixel, tilesY, tilesX, first, end, lines)
      }
    }
  }
}

/** Bytes of a core's second-level cache, at least. */
// @ts-ignore: decorator
@inline const SECOND_LEVEL: usize = 1 << 20

/** The first stage alone: transformed[plane][tile][channel] of tiles first … first + count, numbered from `first`. */
export function winogradInput(
  side: i32,
  source: usize,
  height: i32,
  width: i32,
  channels: i32,
  originY: i32,
  originX: i32,
  tilesY: i32,
  tilesX: i32,
  first: i32,
  count: i32,
  transformed: usize,
  sourcePitch: usize,
  sourcePlane: usize,
  tilesEach: i32,
  channelsEach: i32,
  tiles: i32,
  counter: usize,
  scratch: usize,
): void {
  const ranges = (count + tilesEach - 1) / tilesEach
  const pixel = <usize>channels << 2
  // Planes larger than a core's caches: their lines are to come together, rather than one by one as they are written.
  const areFar = <usize>(side * side) * sourcePlane > SECOND_LEVEL
  for (let tile = nextTile(counter); tile < tiles; tile = nextTile(counter)) {
    const channel = (tile / ranges) * channelsEach
    const begin = (tile % ranges) * tilesEach
    const end = first + min(begin + tilesEach, count)
    const wanted = min(channelsEach, channels - channel)
    const offset = <usize>channel << 2
    const at = transformed + <usize>begin * sourcePitch + offset
    if (areFar) {
      for (let i = 0; i < side * side; i++) touchRows(at + <usize>i * sourcePlane, end - first - begin, <usize>wanted << 2, sourcePitch)
    }
    if (side == 6) {
      transformInput<Six>(source + offset, height, width, pixel, wanted, originY, originX, tilesY, tilesX, first + begin, end, at, sourcePitch, sourcePlane, scratch)
    } else {
      transformInput<Four>(source + offset, height, width, pixel, wanted, originY, originX, tilesY, tilesX, first + begin, end, at, sourcePitch, sourcePlane, scratch)
    }
  }
}

/** The second stage alone. Tiles are planes × ranges of panels × ranges of the picture's tiles. */
export function winogradMultiply(
  planes: i32,
  transformed: usize,
  sourcePitch: usize,
  sourcePlane: usize,
  count: i32,
  terms: i32,
  packed: usize,
  panels: i32,
  packedPlane: usize,
  columns: i32,
  products: usize,
  productPitch: usize,
  productPlane: usize,
  panelsEach: i32,
  tilesEach: i32,
  tiles: i32,
  counter: usize,
  scratch: usize,
): void {
  const used = (columns + 7) >> 3
  const panelRanges = (used + panelsEach - 1) / panelsEach
  const ranges = (count + tilesEach - 1) / tilesEach
  const filters = packed + (<usize>panels << 5)
  const zeros = scratch
  const sources = zeros + 64
  const targets = sources + ((<usize>tilesEach * 4 + 63) & ~63)
  zeroValues(zeros, 8)
  for (let tile = nextTile(counter); tile < tiles; tile = nextTile(counter)) {
    const first = (tile % ranges) * tilesEach
    const panel = ((tile / ranges) % panelRanges) * panelsEach
    const plane = tile / ranges / panelRanges
    const rows = min(tilesEach, count - first)
    storeAddresses(sources, transformed + <usize>first * sourcePitch, sourcePitch, rows)
    storeAddresses(targets, products + <usize>first * productPitch + (<usize>panel << 5), productPitch, rows)
    multiplyPlanes(plane, plane + 1, panel, min(panel + panelsEach, used), rows, terms, sources, targets, sourcePitch, productPitch, sourcePlane, productPlane, filters, packedPlane, zeros)
  }
}

/** The third stage alone, of tiles first … first + count. Tiles are ranges of the picture's tiles × ranges of columns. */
export function winogradOutput(
  side: i32,
  products: usize,
  productPitch: usize,
  productPlane: usize,
  columns: i32,
  bias: usize,
  floor: f32,
  ceiling: f32,
  target: usize,
  gridHeight: i32,
  gridWidth: i32,
  tilesY: i32,
  tilesX: i32,
  first: i32,
  count: i32,
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
    const offset = <usize>column << 2
    const at = products + <usize>begin * productPitch + offset
    if (side == 6) {
      transformOutput<Six>(at, productPitch, productPlane, wanted, bias + offset, floor, ceiling, target + offset, gridHeight, gridWidth, pixel, tilesY, tilesX, first + begin, end, scratch)
    } else {
      transformOutput<Four>(at, productPitch, productPlane, wanted, bias + offset, floor, ceiling, target + offset, gridHeight, gridWidth, pixel, tilesY, tilesX, first + begin, end, scratch)
    }
  }
}
