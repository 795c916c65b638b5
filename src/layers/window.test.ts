/** What a plan says of sizes that do not come out whole. */

import { describe, expect, it } from 'vitest'
import { windowNotices } from './window.ts'

const volume = { height: 10, width: 10, channels: 1 }

function notices(kernel: number, stride: number, padding: readonly [number, number, number, number], size = 10) {
  const window = { kernel: [kernel, kernel], stride: [stride, stride], padding, dilation: [1, 1] } as const
  return windowNotices(window, { ...volume, height: size, width: size })
}

describe('a size that is not whole', () => {
  it('loses rows and columns of the picture where there is less padding than what is left over', () => {
    expect(notices(3, 2, [0, 0, 0, 0])).toEqual([
      '(10 − 3 + 2·0)/2 + 1 = 4.5, floored to 4: the last row and column are never seen. Fits: input 9 or 11, filter 2 or 4, stride 1',
    ])
  })

  it('loses only padding where there is as much of it as is left over', () => {
    expect(notices(4, 2, [0, 0, 1, 1])[0]).toContain('the last padding is never seen')
    expect(notices(3, 3, [1, 1, 1, 1], 12)[0]).toContain('the last padding is never seen')
  })

  it('loses pixels where one more is left over than there is padding', () => {
    expect(notices(3, 4, [0, 0, 1, 1], 12)[0]).toContain('row and column are never seen')
  })

  it('is told once where both axes agree, and for each where they do not', () => {
    const window = { kernel: [3, 3], stride: [2, 2], padding: [0, 0, 0, 0], dilation: [1, 1] } as const
    expect(windowNotices(window, { height: 10, width: 12, channels: 1 })).toHaveLength(2)
    expect(windowNotices(window, { height: 10, width: 11, channels: 1 })).toEqual([
      expect.stringContaining('the last row is never seen'),
    ])
    expect(windowNotices(window, { height: 9, width: 11, channels: 1 })).toEqual([])
  })

  it('hangs over the edge where it is rounded up', () => {
    const window = { kernel: [2, 2], stride: [2, 2], padding: [0, 0, 0, 0], dilation: [1, 1], ceil: true } as const
    expect(windowNotices(window, { height: 5, width: 5, channels: 1 })[0]).toContain('rounded up to 3')
  })
})
