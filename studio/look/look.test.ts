/** Colours, numbers and the pace of looks. */

import { attributionMethods } from 'lenslet/insight'
import { expect, test } from 'vitest'
import { colorOf, inkOn, scaleOf } from './colors.ts'
import { colorPixels, imagePixels, overlayPixels, perPixel, usualEnd } from './draw.ts'
import { methodFacts } from './methods.ts'
import { cell, percent, short } from './numbers.ts'
import { Pace } from './pace.ts'

test('looks take at most a tenth of the time, and never more than a few a second', () => {
  for (const took of [0, 5, 33, 100, 5000]) {
    const pace = new Pace()
    let [now, busy, looks] = [0, 0, 0]
    // Two looks in turn, each as soon as it may.
    const began = [0, 0]
    while (looks < 40) {
      const which = looks % 2
      now = Math.max(now, looks < 2 ? 0 : pace.next(began[which] as number))
      began[which] = now
      now += took
      pace.spent(took, now)
      busy += took
      looks += 1
    }
    // The last one rests, too.
    now = Math.max(now, pace.next(now))
    expect(busy / now).toBeLessThanOrEqual(0.1 + 1e-9)
    expect(looks / 2 / (now / 1000)).toBeLessThan(4)
  }
})

test('values from 0 and values with a sign have scales of their own; 0 is paper', () => {
  expect(scaleOf([0, 3, Number.NaN])).toEqual({ kind: 'positive', end: 3 })
  expect(scaleOf([1, -4])).toEqual({ kind: 'signed', end: 4 })
  expect(colorOf(0, { kind: 'signed', end: 4 }, 'light')).toEqual([255, 255, 255])
  expect(colorOf(3, { kind: 'positive', end: 3 }, 'dark')).toEqual([253, 231, 37])
  expect(colorOf(0, { kind: 'positive', end: 0 }, 'light')).toEqual([68, 1, 84])
  expect(colorOf(Number.NaN, { kind: 'positive', end: 1 }, 'light')).toEqual([224, 0, 160])
  for (const rgb of [
    [0, 73, 120],
    [253, 231, 37],
    [255, 255, 255],
    [29, 33, 37],
  ] as const)
    expect(['#000', '#fff']).toContain(inkOn(rgb))
  expect(inkOn([253, 231, 37])).toBe('#000')
  expect(inkOn([68, 1, 84])).toBe('#fff')
})

test.each([
  [0, '0', '0'],
  [0.03125, '0.0313', '.03'],
  [-1.25, '−1.25', '−1.3'],
  [12.5, '12.5', '13'],
  [1.2e-5, '1.2e−5', '0'],
  [-0.004, '−0.004', '−.004'],
  [3, '3', '3'],
  [123456, '1.2e5', '1e5'],
  [Number.NEGATIVE_INFINITY, '−∞', '−∞'],
])('%d is %s, in a cell %s', (value, text, inCell) => {
  expect(short(value)).toBe(text)
  expect(cell(value)).toBe(inCell)
})

test('shares', () => {
  expect([0, 0.0001, 0.004, 0.62, 0.9996, 1, Number.NaN].map(percent)).toEqual([
    '0 %',
    '<0.1 %',
    '0.4 %',
    '62 %',
    '>99.9 %',
    '100 %',
    '–',
  ])
})

test('images and filters as pixels', () => {
  const gray = imagePixels(Uint8Array.of(7, 200), { height: 1, width: 2, channels: 1 })
  expect([...gray.data]).toEqual([7, 7, 7, 255, 200, 200, 200, 255])
  const filter = colorPixels(Float32Array.of(9, 1, 0, -1), [1, 1], 1, 1, false)
  expect([...filter.data]).toEqual([255, 128, 0, 255])
  expect([...colorPixels(Float32Array.of(1, 0, -1), [1, 1], 0, 1, true).data.subarray(0, 3)]).toEqual([0, 128, 255])
})

test('a map lies over the image, which is gray where the map is 0', () => {
  const image = imagePixels(Uint8Array.of(10, 20, 30, 10, 20, 30), { height: 1, width: 2, channels: 3 })
  const over = overlayPixels(image, Float32Array.of(0, 2), [1, 2], { kind: 'positive', end: 2 }, 'light')
  expect(new Set(over.data.subarray(0, 3)).size).toBe(1)
  expect(new Set(over.data.subarray(4, 7)).size).toBe(3)
  expect([...perPixel([1, -3, 2, 0.5], [1, 2, 2], false)]).toEqual([3, 2])
  expect([...perPixel([1, -3, 2, 0.5], [1, 2, 2], true)]).toEqual([-2, 2.5])
  expect(usualEnd(new Float32Array(1000).fill(1).fill(50, 0, 2))).toBe(1)
  expect(usualEnd(new Float32Array(3))).toBe(0)
})

test('the menu has the library’s methods', () => {
  const ours = Object.entries(methodFacts).map(([name, { title, paper, isSlow }]) => [name, title, paper, isSlow])
  expect(ours).toEqual(
    Object.entries(attributionMethods).map(([name, { title, paper, isSlow }]) => [name, title, paper, isSlow]),
  )
})
