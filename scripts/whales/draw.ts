// Draws whales as an aerial survey sees them: one whale at any place, angle and size in a cluttered sea. The individuals differ
// only in three light patches on the head. A pure function of the seed and the number of the image.

import { cosPi } from '../../src/core/math.ts'
import { Random } from '../../src/core/random.ts'

/** Pixels of a side of a photograph. */
export const side = 128

/** In pixels; the middle of the top left pixel is (0.5, 0.5). */
export interface Point {
  readonly x: number
  readonly y: number
}

export interface Whale {
  /** [side, side, 3], 0 to 255 */
  readonly pixels: Uint8Array
  /** The tip of the head. */
  readonly bonnet: Point
  readonly blowhole: Point
  /** Which individual. */
  readonly who: number
}

/** Which three of six places on the head have a patch, in all twenty ways. Each individual has nine others that differ in one patch. */
export const individuals: readonly (readonly number[])[] = [0, 1, 2, 3, 4, 5].flatMap((a) =>
  [0, 1, 2, 3, 4, 5].flatMap((b) => [0, 1, 2, 3, 4, 5].flatMap((c) => (a < b && b < c ? [[a, b, c]] : []))),
)

export const names = individuals.map((_, who) => `whale-${who + 1}`)

/** Places of the patches: along the head, in distances from bonnet to blowhole; and across it. */
const patches = [0.15, 0.5, 0.85]
  .flatMap((along) => [{ along, across: -0.3 }])
  .concat([0.15, 0.5, 0.85].map((along) => ({ along, across: 0.3 })))

type Color = readonly [number, number, number]

const water: Color = [38, 84, 112]
const skin: Color = [44, 50, 58]
const patch: Color = [214, 208, 196]
const foam: Color = [226, 236, 240]
const rock: Color = [58, 60, 58]

/** @param number of the image; its individual is `number` modulo their count */
export function drawWhale(seed: number, number: number): Whale {
  const random = Random.seeded(seed, 'whale', number)
  const who = number % individuals.length
  const canvas = new Float32Array(side * side * 3)
  sea(canvas, random)
  for (let i = 0; i < 2 + random.integer(3); i++) drawRock(canvas, random)
  const { bonnet, blowhole } = whale(canvas, who, random)
  for (let i = 0; i < 25 + random.integer(35); i++) drawFoam(canvas, random)
  const light = 0.75 + 0.5 * random.next()
  const pixels = Uint8Array.from(canvas, (value) => Math.min(255, Math.max(0, light * value + 5 * random.normal())))
  return { pixels, bonnet, blowhole, who }
}

/** Waves: smooth noise of three sizes. */
function sea(canvas: Float32Array, random: Random): void {
  const levels = [32, 16, 8].map((cell) => {
    const across = side / cell + 2
    return { cell, across, values: Float32Array.from({ length: across * across }, () => random.next() - 0.5) }
  })
  for (let y = 0; y < side; y++)
    for (let x = 0; x < side; x++) {
      let height = 0
      for (const { cell, across, values } of levels) {
        const [row, column] = [Math.floor(y / cell), Math.floor(x / cell)]
        const [down, right] = [y / cell - row, x / cell - column]
        const at = (r: number, c: number) => values[(row + r) * across + column + c] as number
        const top = at(0, 0) * (1 - right) + at(0, 1) * right
        const bottom = at(1, 0) * (1 - right) + at(1, 1) * right
        height += (top * (1 - down) + bottom * down) * cell
      }
      paint(canvas, x, y, water, 1)
      for (let c = 0; c < 3; c++) canvas[(y * side + x) * 3 + c] = (water[c] as number) + 1.3 * height
    }
}

/** Dark like a whale, and with light patches: what a network could mistake for one. */
function drawRock(canvas: Float32Array, random: Random): void {
  const [cx, cy] = [random.next() * side, random.next() * side]
  const [long, wide] = [6 + 8 * random.next(), 5 + 5 * random.next()]
  const turn = 2 * random.next()
  const [cos, sin] = [cosPi(turn), cosPi(turn - 0.5)]
  fill(canvas, rock, { x: cx, y: cy }, long + wide, (x, y) => {
    const [along, across] = [(x - cx) * cos + (y - cy) * sin, (y - cy) * cos - (x - cx) * sin]
    return 3 * (1 - (along / long) ** 2 - (across / wide) ** 2)
  })
  for (let i = 0; i < 3; i++) {
    const [px, py] = [cx + (random.next() - 0.5) * long, cy + (random.next() - 0.5) * wide]
    fill(canvas, patch, { x: px, y: py }, 4, (x, y) => 2.6 - Math.hypot(x - px, y - py))
  }
}

/** Short light strokes, also across the whale. */
function drawFoam(canvas: Float32Array, random: Random): void {
  const [cx, cy] = [random.next() * side, random.next() * side]
  const [long, turn] = [1.5 + 5 * random.next(), 2 * random.next()]
  const [cos, sin] = [cosPi(turn), cosPi(turn - 0.5)]
  const strength = 0.3 + 0.6 * random.next()
  fill(canvas, foam, { x: cx, y: cy }, long + 2, (x, y) => {
    const [along, across] = [(x - cx) * cos + (y - cy) * sin, (y - cy) * cos - (x - cx) * sin]
    return strength * Math.min(1, 1.6 - Math.abs(across), long - Math.abs(along))
  })
}

function whale(canvas: Float32Array, who: number, random: Random): Pick<Whale, 'bonnet' | 'blowhole'> {
  const unit = 13.5 + 7 * random.next()
  const turn = 2 * random.next()
  const [cos, sin] = [cosPi(turn), cosPi(turn - 0.5)]
  // The head is in the image, the tail need not be.
  const inside = () => 22 + random.next() * (side - 44)
  const [hx, hy] = [inside(), inside()]
  const place = (along: number, across: number): Point => ({
    x: hx + unit * ((along - 0.5) * cos - across * sin),
    y: hy + unit * ((along - 0.5) * sin + across * cos),
  })
  const body = (x: number, y: number): readonly [number, number] => [
    ((x - hx) * cos + (y - hy) * sin) / unit + 0.5,
    ((y - hy) * cos - (x - hx) * sin) / unit,
  ]
  fill(canvas, skin, { x: hx, y: hy }, 3.5 * unit, (x, y) => {
    const [along, across] = body(x, y)
    return 0.92 * Math.min(1, unit * (halfWidth(along) - Math.abs(across)))
  })
  const spot = (along: number, across: number, radius: number) => {
    const { x: cx, y: cy } = place(along, across)
    fill(canvas, patch, { x: cx, y: cy }, unit * radius + 2, (x, y) => unit * radius + 0.5 - Math.hypot(x - cx, y - cy))
  }
  spot(-0.12, 0, 0.16)
  for (const at of individuals[who] as readonly number[]) {
    const { along, across } = patches[at] as (typeof patches)[number]
    spot(along, across, 0.13)
  }
  // The blowhole: a small light V.
  spot(1.05, -0.09, 0.06)
  spot(1.05, 0.09, 0.06)
  return { bonnet: place(0, 0), blowhole: place(1, 0) }
}

/** Of the body, by the place along it: a round head, a slim tail and its fluke. */
function halfWidth(along: number): number {
  if (along < -0.35 || along > 3.5) return -1
  if (along < 0.9) return 0.68 * Math.sqrt(1 - ((0.9 - along) / 1.25) ** 2)
  if (along < 3.05) return 0.12 + 0.56 * (1 - ((along - 0.9) / 2.15) ** 1.6)
  return 0.12 + 1.3 * (along - 3.05)
}

/** Paints where `cover` is above 0, as far as it reaches around a point: 1 covers a pixel wholly. */
function fill(
  canvas: Float32Array,
  color: Color,
  { x: cx, y: cy }: Point,
  reach: number,
  cover: (x: number, y: number) => number,
): void {
  const from = (at: number) => Math.max(0, Math.floor(at - reach))
  const to = (at: number) => Math.min(side, Math.ceil(at + reach))
  for (let y = from(cy); y < to(cy); y++)
    for (let x = from(cx); x < to(cx); x++) {
      const share = cover(x + 0.5, y + 0.5)
      if (share > 0) paint(canvas, x, y, color, Math.min(1, share))
    }
}

function paint(canvas: Float32Array, x: number, y: number, color: Color, share: number): void {
  for (let c = 0; c < 3; c++) {
    const at = (y * side + x) * 3 + c
    canvas[at] = (1 - share) * (canvas[at] as number) + share * (color[c] as number)
  }
}
