/** How conv2dProduct cuts one correlation into blocks of pixels and ranges of panels, by shapes alone. */

import { evenPanels, evenPiece, lines, tilesWanted } from '../blocks.ts'
import { type Correlation, reachesOutside, span, tapsInside } from '../correlation.ts'
import type { ProductShape } from '../shape.ts'

/** What the kernel does where windows reach outside of the picture, in its own numbers. */
const border = { inside: 0, copy: 1, leaveOut: 2 } as const
type Border = (typeof border)[keyof typeof border]

interface Blocks {
  /** The kernel's arguments. */
  readonly blocks: Readonly<Record<'border' | 'blockImages' | 'blockRows' | 'blockColumns' | 'blockPanels', number>>
  readonly scratch: number
  readonly tiles: number
}

/**
 * A block's piece of the picture stays in a core's second-level cache together with a panel of filters. A copy with its padding is
 * to be nearer than that: 192 KB of it are 5 to 10 % slower for strided 3×3 on 112×112 to 28×28, and gain nothing else.
 */
const pieceBudget = { [border.inside]: 192 * 1024, [border.copy]: 64 * 1024 }
/** More pixels a block than this gain nothing: a panel is read once for all of them. */
const mostPixels = 240

export function blocksOf(correlation: Correlation, shape: ProductShape): Blocks {
  const { images, groups, channels, columns } = shape
  const [gridHeight, gridWidth] = correlation.grid
  const pixelsEach = gridHeight * gridWidth
  const how = borderOf(correlation, shape)
  const terms = correlation.taps[0] * correlation.taps[1] * channels
  const bytes = (rows: number, width: number) => span(correlation, 0, rows) * span(correlation, 1, width) * channels * 4
  const wanted = tilesWanted(images * pixelsEach * terms * columns * groups)
  const used = Math.ceil(columns / 8)

  // First as wide as fits, then as many rows, then as many pictures; but leave blocks for all workers where there are not
  // enough panels to share out. (Sharing out pixels first, which reads filters more often: 7×7 and 14×14 up to 1.09 times
  // slower.)
  const pieces = Math.ceil(wanted / (groups * Math.ceil(used / 2)))
  const most = Math.max(24, Math.min(mostPixels, Math.floor((images * pixelsEach) / pieces)))
  let width = gridWidth
  let rows = gridHeight
  let pictures = Math.min(images, Math.max(Math.floor(most / pixelsEach), picturesTogether))
  if (how !== border.leaveOut) {
    const budget = pieceBudget[how]
    while (width > 12 && (bytes(1, width) > budget || width > mostPixels)) width = Math.ceil(width / 2)
    rows = 1
    while (rows < gridHeight && (rows + 1) * width <= most && bytes(rows + 1, width) <= budget) rows++
    rows = evenPiece(gridHeight, rows)
    const fit = Math.min(most / (rows * width), budget / Math.max(bytes(rows, width), 1))
    pictures = rows === gridHeight && width === gridWidth ? Math.max(1, Math.floor(fit)) : 1
  }
  pictures = evenPiece(images, pictures)
  const blocks = Math.ceil(images / pictures) * Math.ceil(gridHeight / rows) * Math.ceil(gridWidth / width)
  const ranges = Math.ceil(wanted / (blocks * groups))
  const panels = evenPanels(used, used / ranges)
  const pixels = pictures * rows * width
  const copy = how === border.copy ? pictures * bytes(rows, width) : 0
  const parts = how === border.leaveOut ? mostParts(correlation, 0) * mostParts(correlation, 1) * 20 : 0
  return {
    blocks: { border: how, blockImages: pictures, blockRows: rows, blockColumns: width, blockPanels: panels },
    scratch: 3 * lines(pixels * 4) + pixels * 32 + lines(copy + parts),
    tiles: blocks * Math.ceil(groups / groupsTogether(groups, columns)) * Math.ceil(used / panels),
  }
}

/** Groups of a tile, as the kernel takes them: results of a cache line, which two workers should not both write. */
function groupsTogether(groups: number, columns: number): number {
  return Math.min(groups, Math.max(1, Math.floor(16 / columns)))
}

/** Pictures side by side, so that the few pixels of a corner make a tile of rows. */
const picturesTogether = 4
/** The largest picture of which all edges are cut off. */
const mostCutPixels = 256

/**
 * On small maps many taps lie in the padding (a quarter for 5×5 on 8×8, half where LeNet's second convolution goes
 * back). Leaving them out costs more and smaller parts, so there must be enough to gain and enough to do for each.
 *
 * The two have different bits: a half panel pairs terms from the start of each run, and leaving out taps moves that start. So the
 * largest run decides for all: a picture's bits must not depend on how many others are in its run. (Leaving taps out
 * for one picture, because 32 would, takes 0.7 to 0.98 of a copy's time for 7×7 to 16×16, ResNet-20's strided layer 0.90;
 * but 8×8×20 5×5-20 takes 1.08, and 4×4×48 3×3-64 s2 2.3, which is 6 µs.)
 */
function borderOf(correlation: Correlation, { mostImages, channels }: ProductShape): Border {
  if (!reachesOutside(correlation)) return border.inside
  const [height, width] = correlation.grid
  const small = height * width <= mostCutPixels
  const enough = mostImages >= picturesTogether ? channels >= 8 : channels >= 64
  return small && enough && tapsInside(correlation) < 0.92 ? border.leaveOut : border.copy
}

/** Parts of a grid's axis that meet different taps: at most one begins or ends at each tap's first and last position. */
function mostParts({ grid, taps }: Correlation, axis: 0 | 1): number {
  return Math.min(grid[axis], 2 * taps[axis] + 1)
}
