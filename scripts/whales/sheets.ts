// The two pictures of docs/numbers.md: the individuals side by side, and images with the points that were found and their crops.

import type { Picture } from '../../src/inspect/png.ts'
import { drawWhale, individuals, type Point, side } from './draw.ts'
import { type FoundPoints, pictureOf } from './pipeline.ts'
import { cropSide, turned } from './turn.ts'

const gap = 6

/** An empty, white sheet. */
class Sheet {
  readonly width: number
  readonly #pixels: Uint8Array

  constructor(width: number, height: number) {
    this.width = width
    this.#pixels = new Uint8Array(width * height * 3).fill(255)
  }

  /** An image, each of its pixels `scale` wide. */
  place(rgb: Uint8Array, from: number, left: number, top: number, scale: number): void {
    for (let y = 0; y < from * scale; y++)
      for (let x = 0; x < from * scale; x++) {
        const at = (Math.floor(y / scale) * from + Math.floor(x / scale)) * 3
        this.#pixels.set(rgb.subarray(at, at + 3), ((top + y) * this.width + left + x) * 3)
      }
  }

  ring({ x: cx, y: cy }: Point, radius: number, color: readonly [number, number, number]): void {
    for (let y = Math.floor(cy - radius - 2); y <= cy + radius + 2; y++)
      for (let x = Math.floor(cx - radius - 2); x <= cx + radius + 2; x++)
        if (Math.abs(Math.hypot(x + 0.5 - cx, y + 0.5 - cy) - radius) < 1.1)
          this.#pixels.set(color, (y * this.width + x) * 3)
  }

  get picture(): Picture {
    return pictureOf(this.#pixels, this.width)
  }
}

/** One crop of each individual, turned by its true points. */
export function drawIndividuals(): Picture {
  const scale = 3
  const step = cropSide * scale + gap
  const across = individuals.length / 2
  const sheet = new Sheet(across * step - gap, 2 * step - gap)
  for (const who of individuals.keys()) {
    const { pixels, bonnet, blowhole } = drawWhale(0, who)
    sheet.place(
      turned(pixels, bonnet, blowhole),
      cropSide,
      (who % across) * step,
      Math.floor(who / across) * step,
      scale,
    )
  }
  return sheet.picture
}

/** Test images: rings where the points were found (true ones in green, found ones in orange), and the crops by the found ones. */
export function drawSteps(seed: number, train: number, found: readonly FoundPoints[]): Picture {
  const shown = Math.min(6, found.length - train)
  const scale = 1.5
  const step = side * scale + gap
  const cropScale = 6
  const sheet = new Sheet(shown * step - gap, side * scale + gap + cropSide * cropScale)
  for (let i = 0; i < shown; i++) {
    const { pixels, bonnet, blowhole } = drawWhale(seed, train + i)
    const [a, b] = found[train + i] as FoundPoints
    sheet.place(pixels, side, i * step, 0, scale)
    const inSheet = ({ x, y }: Point) => ({
      x: i * step + scale * Math.min(side - 4, Math.max(4, x)),
      y: scale * Math.min(side - 4, Math.max(4, y)),
    })
    for (const point of [bonnet, blowhole]) sheet.ring(inSheet(point), 6, [60, 220, 120])
    for (const point of [a, b]) sheet.ring(inSheet(point), 3, [255, 150, 40])
    sheet.place(turned(pixels, a, b), cropSide, i * step, side * scale + gap, cropScale)
  }
  return sheet.picture
}
