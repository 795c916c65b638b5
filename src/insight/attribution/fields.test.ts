/** Receptive fields: windows by the arithmetic of the notes, and gradients that stay inside of them. */

import { afterAll, describe, expect, it } from 'vitest'
import { Model } from '../../model/model.ts'
import { parse } from '../../notation/parse.ts'
import { effectiveField, fieldWindow } from './fields.ts'

const network = parse('INPUT 16x16x2 -> CONV3-4 -> TANH -> CONV3-4 s2 -> TANH -> CONV3-3 -> GAP -> FC-2')
const images = Float32Array.from({ length: 2 * 16 * 16 * 2 }, (_, index) => Math.sin(index))
const model = await Model.create(network, { threads: 1 })
afterAll(() => model.dispose())

describe('the window of a unit', () => {
  it('follows from filters and strides, also outside of the image', () => {
    expect(fieldWindow(network, 'conv1', [0, 5])).toEqual({
      window: { top: -1, left: 4, height: 3, width: 3 },
      inside: { top: 0, left: 4, height: 2, width: 3 },
      position: [0, 5],
    })
    // 3, then 5, then 9 pixels, a unit every 2.
    expect(fieldWindow(network, 'conv3').window).toEqual({ top: 4, left: 4, height: 9, width: 9 })
  })

  it.each([
    ['conv4', undefined, /did you mean conv/],
    ['conv3', [8, 0], /rows 0 to 7/],
    ['conv3', [0.5, 0], /no such position/],
  ] as const)('is refused for %s at %j', (layer, position, message) => {
    expect(() => fieldWindow(network, layer, position)).toThrow(message)
  })
})

describe('the effective field', () => {
  it('is 0 outside of the window, and largest near its middle', async () => {
    const { data, shape, window, side } = await effectiveField(model, images, 'conv3', { position: [4, 4] })
    expect(shape).toEqual([16, 16])
    const { top, left, height, width } = window
    let largest = 0
    data.forEach((value, pixel) => {
      const [y, x] = [Math.floor(pixel / 16), pixel % 16]
      const isInside = y >= top && y < top + height && x >= left && x < left + width
      if (!isInside) expect(value).toBe(0)
      if (value > (data[largest] as number)) largest = pixel
    })
    expect(Math.abs(Math.floor(largest / 16) - 8)).toBeLessThan(4)
    expect(side).toBeGreaterThan(1)
    expect(side).toBeLessThanOrEqual(9)
  })

  it('is that of one channel, or of all', async () => {
    const one = await effectiveField(model, images, 'conv1', { channel: 0, position: [3, 3] })
    const weights = model.weights.get('conv1.filters')
    // [3, 3, 2, 4]: the field of a convolution is the magnitude of its filter.
    const expected = Math.abs(weights[0] as number) + Math.abs(weights[4] as number)
    expect(one.data[2 * 16 + 2]).toBeCloseTo(expected, 6)
    await expect(effectiveField(model, images, 'conv1', { channel: 4 })).rejects.toThrow(/no such channel of conv1/)
    await expect(effectiveField(model, images, 'conv1', { size: 4 } as never)).rejects.toThrow(/no option size/)
  })
})
