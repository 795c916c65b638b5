/** How work is cut into tiles: rules of shapes alone, so that the same step has the same bits on any number of workers. */

/** Enough that eight workers end together, few enough that fetching one does not show. */
const mostTiles = 32
/** Below about 4 µs of work, waking a worker for a tile costs more than it saves. */
const leastMacs = 100_000

/** How many tiles a step with this many multiply–accumulates should have. */
export function tilesWanted(macs: number): number {
  return Math.max(1, Math.min(mostTiles, Math.floor(macs / leastMacs)))
}

/** Cuts `total` into pieces of at most `most`, as even as whole numbers allow: the length of a piece. */
export function evenPiece(total: number, most: number): number {
  const pieces = Math.ceil(total / Math.max(1, Math.min(total, Math.floor(most))))
  return Math.ceil(total / pieces)
}

/** Cuts panels into pieces of about `most`, but of an even number, as a kernel may take two panels together. */
export function evenPanels(panels: number, most: number): number {
  return Math.min(panels, Math.ceil(evenPiece(panels, most) / 2) * 2)
}

/** Rounds bytes up to whole cache lines. */
export function lines(bytes: number): number {
  return Math.ceil(bytes / 64) * 64
}
