/** Drawn digits look as MNIST's do: 20 pixels large, centred by mass, whatever their size and place. */

import { expect, test } from 'vitest'
import { digitOf, drawingOf, type Grey } from './digit.ts'

/** A rectangle of ink. */
function drawn(width: number, height: number, [x, y, w, h]: readonly [number, number, number, number]): Grey {
  const data = new Uint8Array(width * height)
  for (let row = y; row < y + h; row++) data.fill(255, row * width + x, row * width + x + w)
  return { data, width, height }
}

function massOf(digit: Uint8Array, side = 28) {
  let [mass, down, across] = [0, 0, 0]
  let [top, bottom, left, right] = [side, 0, side, 0]
  digit.forEach((value, i) => {
    const [y, x] = [Math.floor(i / side), i % side]
    mass += value
    down += value * (y + 0.5)
    across += value * (x + 0.5)
    if (value === 0) return
    top = Math.min(top, y)
    bottom = Math.max(bottom, y + 1)
    left = Math.min(left, x)
    right = Math.max(right, x + 1)
  })
  return { down: down / mass, across: across / mass, height: bottom - top, width: right - left }
}

test.each([
  [280, [10, 20, 30, 200]],
  [280, [100, 200, 170, 40]],
  [280, [0, 0, 280, 280]],
  [28, [3, 4, 2, 7]],
  [5, [1, 1, 1, 1]],
] as const)('on a canvas of %d, the box %j becomes 20 pixels in the middle', (side, [x, y, w, h]) => {
  const { down, across, height, width } = massOf(digitOf(drawn(side, side, [x, y, w, h])))
  expect(Math.max(height, width)).toBe(20)
  expect(Math.min(height, width)).toBe(Math.max(1, Math.round((20 * Math.min(w, h)) / Math.max(w, h))))
  expect(Math.abs(down - 14)).toBeLessThanOrEqual(0.5)
  expect(Math.abs(across - 14)).toBeLessThanOrEqual(0.5)
})

test('no ink is no digit, and a network with a larger input gets a larger one', () => {
  expect(Math.max(...digitOf(drawn(50, 50, [0, 0, 0, 0])))).toBe(0)
  expect(massOf(digitOf(drawn(280, 280, [50, 50, 60, 100]), 56), 56).height).toBe(40)
})

test('ink that lies to one side stays inside', () => {
  // A dot far from a bar: the centre of mass is in the bar, and the dot would be pushed out.
  const image = drawn(280, 280, [0, 0, 140, 280])
  ;(image.data as Uint8Array)[279] = 255
  expect(digitOf(image)).toHaveLength(784)
  expect(Math.max(...digitOf(image))).toBe(255)
})

test('dark ink on grey paper becomes white on black; even paper has no ink', () => {
  const data = new Uint8Array(100 * 100).fill(180)
  for (let row = 30; row < 70; row++) data.fill(40, row * 100 + 45, row * 100 + 55)
  data[0] = 150 // a shadow
  const { data: ink } = drawingOf({ data, width: 100, height: 100 })
  expect([ink[0], ink[99], ink[50 * 100 + 50]]).toEqual([0, 0, 255])
  const noise = new Uint8Array(100).map((_, i) => 100 + (i % 7))
  expect(Math.max(...Array.from(drawingOf({ data: noise, width: 10, height: 10 }).data))).toBe(0)
})
