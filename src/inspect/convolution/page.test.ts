// Pages of steps: complete, safe against names, and allowed to run their own script alone.

import { createHash } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { printCell } from '../steps/number.ts'
import { script, scriptHash } from '../steps/script.ts'
import { convolutionFrames, notesDemo } from './frames.ts'
import { convolutionPage, poolingPage } from './page.ts'
import { poolingFrames } from './pooling.ts'

interface Data {
  readonly steps: readonly { readonly boxes: readonly unknown[][]; readonly terms: readonly string[][] }[]
  readonly fills: readonly (readonly [string, number, string, number])[][]
}

const dataOf = (html: string) =>
  JSON.parse(/<script type="application\/json" id="steps">(.*?)<\/script>/s.exec(html)?.[1] ?? '') as Data

describe('a page of steps', () => {
  it('has the notes’ demo as data: a step for each output, with its arithmetic', () => {
    const frames = convolutionFrames(notesDemo())
    const { steps, fills } = dataOf(convolutionPage(frames))
    expect(steps).toHaveLength(18)
    frames.frames.forEach(({ value, sums, bias }, index) => {
      const terms = steps[index]?.terms ?? []
      expect(terms.map(([, shown]) => shown)).toEqual([...sums, bias, value].map(printCell))
      // The output, and the product of matrices, which has no bias.
      expect(fills[index]?.map(([, , shown]) => shown)).toEqual([printCell(value), printCell(value - bias)])
    })
    expect(steps[0]?.terms[0]?.[0]).toBe('x[:,:,0] · w0[:,:,0]')
  })

  it('shows pooling forward and then backward', () => {
    const window = { kernel: [2, 2], stride: [2, 2], padding: [0, 0, 0, 0], dilation: [1, 1] } as const
    const input = Array.from({ length: 16 }, (_, index) => index)
    const html = poolingPage(
      poolingFrames({ kind: 'max', input, height: 4, width: 4, window, gradient: [0.003, 0, 0, 0.001] }),
    )
    expect(dataOf(html).steps).toHaveLength(8)
    // A small gradient is shown times a power of ten.
    expect(html).toContain('dL/dx · 10³')
  })

  it('runs its own script only, and loads nothing', () => {
    const html = convolutionPage(convolutionFrames(notesDemo()))
    expect(scriptHash).toBe(`sha256-${createHash('sha256').update(script).digest('base64')}`)
    expect(html).toContain(`default-src 'none'; style-src 'unsafe-inline'; script-src '${scriptHash}'`)
    expect(html).not.toMatch(/https?:|src=|@import|url\(/)
  })

  it('keeps names text', () => {
    const html = convolutionPage(convolutionFrames(notesDemo()), {
      title: '</title><script>alert(1)</script>',
      remarks: ['<img src=x onerror=alert(1)>'],
    })
    expect(html).not.toContain('<script>alert')
    expect(html).not.toContain('<img')
  })

  it('leaves matrices out that are too tall, and says so', () => {
    const source = {
      input: new Float32Array(21 * 21),
      volume: { height: 21, width: 21, channels: 1 },
      filters: new Float32Array(21 * 21),
      shape: [21, 21, 1, 1],
      window: { kernel: [21, 21], stride: [1, 1], padding: [0, 0, 0, 0], dilation: [1, 1] } as const,
    }
    const html = convolutionPage(convolutionFrames(source))
    expect(html).toContain('The im2col matrix has 441 rows, too many for this page')
    expect(html).not.toContain('X_col')
  })
})

describe('numbers in cells', () => {
  it.each([
    [0, '0'],
    [-0, '0'],
    [3, '3'],
    [-1234, '−1234'],
    [0.5, '0.5'],
    [-0.256, '−0.26'],
    [12.345, '12.3'],
    [123.45, '123'],
    [0.00123, '1e−3'],
    [123456, '1e5'],
    [Number.NaN, 'NaN'],
    [Number.NEGATIVE_INFINITY, '−∞'],
  ])('%d is %s', (value, text) => {
    expect(printCell(value)).toBe(text)
  })
})
