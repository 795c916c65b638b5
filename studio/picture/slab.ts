/** The shape of a volume on the screen: height and width to scale, depth as thickness. */

import type { Volume } from 'lenslet/core'

export interface Slab {
  /** Pixels: the front face, and how far the sides run back. */
  readonly height: number
  readonly back: number
  readonly thickness: number
  /** The box around all of it. */
  readonly box: { readonly width: number; readonly height: number }
}

/** Sides up to 64 are to scale; larger ones by their root, so that a photograph fits on the screen. */
const side = (length: number) => (length <= 64 ? length : Math.sqrt(64 * length))

const scale = 1.1
const least = 7
/** The tallest slab of a small network is drawn about this tall, so that maps on it can be seen. */
const tallest = 92
const mostZoom = 3

/** By how much all slabs of a picture are enlarged. */
export function zoomFor(volumes: readonly Volume[]): number {
  const most = volumes.reduce((tall, { height }) => Math.max(tall, scale * side(height)), 1)
  return Math.min(mostZoom, Math.max(1, tallest / most))
}

export function slabOf({ height, width, channels }: Volume, zoom = 1): Slab {
  const tall = Math.max(least, zoom * scale * side(height))
  // The width runs into the picture: at 45 degrees, shortened by half.
  const back = Math.max(least / 2, 0.4 * zoom * scale * side(width))
  const thickness = 3 + 3 * Math.log2(1 + channels)
  return { height: tall, back, thickness, box: { width: thickness + back, height: tall + back } }
}

/** The three faces that are seen, as points of polygons; (0, 0) is the top left corner of the box. */
export function facesOf({ height, back, thickness }: Slab): Readonly<Record<'front' | 'top' | 'side', string>> {
  const points = (...all: readonly (readonly [number, number])[]) =>
    all.map(([x, y]) => `${round(x)},${round(y)}`).join(' ')
  return {
    front: points([0, back], [thickness, back], [thickness, back + height], [0, back + height]),
    top: points([0, back], [back, 0], [back + thickness, 0], [thickness, back]),
    side: points([thickness, back], [thickness + back, 0], [thickness + back, height], [thickness, back + height]),
  }
}

export const round = (value: number) => Math.round(value * 10) / 10

/** A window of the input, in parts of the slab's right side face: what a position of the next volume sees. */
export function onSide(
  slab: Slab,
  volume: Volume,
  rows: readonly [from: number, to: number],
  columns: readonly [from: number, to: number],
): string {
  const at = (row: number, column: number) => {
    const [down, across] = [row / volume.height, column / volume.width]
    return `${round(slab.thickness + across * slab.back)},${round(slab.back - across * slab.back + down * slab.height)}`
  }
  return [at(rows[0], columns[0]), at(rows[0], columns[1]), at(rows[1], columns[1]), at(rows[1], columns[0])].join(' ')
}

/** Fits an image of `rows` × `columns` pixels to the slab's right face: the matrix of an SVG transform. */
export function sideMatrix({ height, back, thickness }: Slab, rows: number, columns: number): string {
  const across = round3(back / columns)
  return `matrix(${across} ${-across} 0 ${round3(height / rows)} ${round(thickness)} ${round(back)})`
}

const round3 = (value: number) => Math.round(value * 1000) / 1000
