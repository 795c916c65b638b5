/** Curves stay short and keep their means; both lines share one axis. */

import { expect, test } from 'vitest'
import { Curve, linesOf } from './curves.ts'

test('a long training is shown by few points, which are means of what they stand for', () => {
  const curve = new Curve()
  const count = 10_000
  for (let i = 1; i <= count; i++) curve.add({ epoch: i / 100, loss: i, accuracy: (i % 10) / 10 })
  const { points } = curve
  expect(points.length).toBeLessThanOrEqual(600)
  expect(points.length).toBeGreaterThan(250)
  expect(points.at(-1)?.epoch).toBe(count / 100)
  const epochs = points.map(({ epoch }) => epoch)
  expect(epochs).toEqual([...epochs].sort((a, b) => a - b))
  // Each point but the last stands for the same number of steps, the ones up to its epoch.
  const width = (points[0]?.epoch as number) * 100
  expect(points[0]?.loss).toBe((width + 1) / 2)
  expect(points[1]?.loss).toBe(width + (width + 1) / 2)
  curve.clear()
  curve.add({ epoch: 1, loss: 2, accuracy: 0.5 })
  expect(curve.points).toEqual([{ epoch: 1, loss: 2, accuracy: 0.5 }])
})

test('training and test have gaps where only the other has a point, and where a value is not a number', () => {
  const point = (epoch: number, loss: number) => ({ epoch, loss, accuracy: Number.NaN })
  const [train, tested] = [
    [point(1, 0.5), point(2, 0.25)],
    [point(0, 2), point(2, 1)],
  ]
  expect(linesOf(train, tested, 'loss')).toEqual([
    [0, 1, 2],
    [null, 0.5, 0.25],
    [2, null, 1],
  ])
  expect(linesOf(train, tested, 'accuracy')[1]).toEqual([null, null, null])
})
