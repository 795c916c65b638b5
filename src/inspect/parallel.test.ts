// Pictures of a search and of a calibration: where lines and bars are, and that names stay text.

import { describe, expect, it } from 'vitest'
import { parallelSvg } from './parallel.ts'
import { reliabilitySvg } from './reliability.ts'

describe('parallel coordinates', () => {
  const axes = [
    { name: 'rate', scale: 'log' },
    { name: '<kind>', scale: 'words' },
    { name: 'loss', scale: 'linear' },
  ] as const
  const line = (values: readonly (number | string | undefined)[], quality: number, isPartial = false) => ({
    name: `trial of ${values[0]} & more`,
    values,
    quality,
    isPartial,
  })
  const svg = parallelSvg('Trials', axes, [
    line([1e-1, 'b', 3], 0.2, true),
    line([1e-3, 'a', 1], 1),
    line([1e-2, 'a', undefined], 0.1),
  ])
  const paths = [...svg.matchAll(/<path d="([^"]+)" fill="none" stroke="([^"]+)" stroke-width="([\d.]+)"/g)]
  const heights = (path: string) => [...path.matchAll(/ ([\d.]+)/g)].map(([, y]) => Number(y))

  it('draw a line for each trial, the best last and thickest', () => {
    expect(paths).toHaveLength(3)
    expect(paths.map(([, , , width]) => Number(width))).toEqual([1.6, 1.6, 3])
    expect(svg.match(/stroke-dasharray/g)).toHaveLength(1)
  })

  it('place values on logarithmic, linear and word axes; a line ends where it has no value', () => {
    const [unfinished, high, best] = paths.map(([, path]) => heights(path as string)) as [number[], number[], number[]]
    // The low end is at the bottom, the middle of three decades in the middle.
    expect(best[0]).toBeGreaterThan(high[0] as number)
    expect(unfinished[0]).toBeCloseTo(((best[0] as number) + (high[0] as number)) / 2, 1)
    expect(unfinished).toHaveLength(2)
    expect(unfinished[1]).toBe(best[1])
    expect(high[1]).toBeLessThan(best[1] as number)
    expect(high[2]).toBeLessThan(best[2] as number)
  })

  it('keep names text', () => {
    expect(svg).toContain('&lt;kind&gt;')
    expect(svg).toContain('trial of 0.1 &amp; more')
    expect(parallelSvg('Trials', axes, [])).toContain('<svg')
  })
})

describe('a reliability diagram', () => {
  it('has a bar for each bin with images, as high as its accuracy', () => {
    const empty = { from: 0, to: 0.5, count: 0, confidence: null, accuracy: null }
    const svg = reliabilitySvg({
      error: 0.25,
      confidence: 0.75,
      bins: [empty, { from: 0.5, to: 1, count: 8, confidence: 0.75, accuracy: 0.5 }],
    })
    const boxes = [...svg.matchAll(/<rect [^>]*height="([\d.]+)" fill="#/g)].map(([, height]) => Number(height))
    // Of 260 units: half for the accuracy, a quarter for the distance to the confidence.
    expect(boxes).toEqual([130, 65])
    expect(svg).toContain('50.00 % to 100.00 %: 8 images, mean confidence 75.00 %, accuracy 50.00 %')
  })
})
