// Charts show true values: every point lies where its value puts it, also the first and worst ones.
import { describe, expect, it } from 'vitest'
import { curvesSvg } from './curves.ts'

type Point = readonly [x: number, y: number]
const color = '#123456'
const draw = (ys: readonly number[], options: { log?: boolean; limits?: readonly [number, number] } = {}) =>
  curvesSvg([{ label: 'test', color, points: ys.map((y, x) => [x + 1, y] as const) }], { title: 'A', ...options })
const places = (svg: string): Point[] =>
  [...(/<path d="([^"]*)" fill="none"/.exec(svg)?.[1] ?? '').matchAll(/([\d.]+) ([\d.]+)/g)].map(
    ([, x, y]) => [Number(x), Number(y)] as const,
  )
const range = (values: readonly number[]) => Math.max(...values) - Math.min(...values)

describe('a curve', () => {
  it.each([
    ['a run that began badly', [0.317, 0.417, 0.417, 0.417, 0.483, 0.533, 0.61, 0.66, 0.7, 0.72, 0.73, 0.74, 0.75]],
    ['one outlier at the beginning', [0.01, ...Array.from({ length: 30 }, (_, i) => 0.9 + 0.003 * i)]],
    ['one outlier at the end', [...Array.from({ length: 30 }, () => 0.9), 0.2]],
    ['a flat one', [0.5, 0.5, 0.5]],
  ])('is drawn to scale: %s', (_, ys) => {
    const drawn = places(draw(ys, { limits: [0, 1] })).map(([, y]) => y)
    expect(drawn).toHaveLength(ys.length)
    // Coordinates are rounded to 0.01 of some 230 units: two of them leave at most 0.02 of error.
    const perUnit = range(ys) === 0 ? 0 : range(drawn) / range(ys)
    drawn.forEach((y, index) => {
      const expected = (drawn[0] as number) - perUnit * ((ys[index] as number) - (ys[0] as number))
      expect(Math.abs(y - expected)).toBeLessThan(0.03)
    })
    // Most of the height is used: the axis comes from the data.
    if (range(ys) > 0) expect(range(drawn)).toBeGreaterThan(0.85 * 232)
  })

  it('has an axis that ends where its values must', () => {
    const labels = (ys: readonly number[]) => {
      const points = ys.map((y, x) => [x + 1, y] as const)
      const svg = curvesSvg([{ label: 'a', color, points }], { title: 'A', limits: [0, 1], print: (y) => `y ${y}` })
      return [...svg.matchAll(/>y ([\d.]+)</g)].map(([, text]) => Number(text))
    }
    expect(labels([0.99, 1, 1]).at(-1)).toBe(1)
    expect(labels([1, 1]).at(-1)).toBe(1)
    expect(labels([0.01, 0.3]).every((tick) => tick >= 0)).toBe(true)
  })

  it('is logarithmic where the range is large, and says so', () => {
    const wide = draw([2, 0.2, 0.02], { log: true })
    expect(wide).toContain('A (log scale)')
    const [a, b, c] = places(wide).map(([, y]) => y) as [number, number, number]
    expect(Math.abs(b - a - (c - b))).toBeLessThan(0.03)
    for (const ys of [
      [2, 1.9, 1.5],
      [1, 0.1, 0],
    ])
      expect(draw(ys, { log: true })).toBe(draw(ys))
  })

  it('keeps its peaks when it has more points than a screen', () => {
    const ys = Array.from({ length: 20_000 }, (_, index) => (index === 7777 ? 9 : index === 12_345 ? -3 : 1))
    const drawn = places(draw(ys))
    expect(drawn.length).toBeLessThan(4000)
    expect(drawn.filter(([, y]) => Math.abs(y - Math.min(...drawn.map((p) => p[1]))) < 0.01)).toHaveLength(1)
    expect(drawn.filter(([, y]) => Math.abs(y - Math.max(...drawn.map((p) => p[1]))) < 0.01)).toHaveLength(1)
    expect(drawn.map(([x]) => x)).toEqual([...drawn.map(([x]) => x)].sort((p, q) => p - q))
  })

  it('counts whole epochs', () => {
    expect(draw([3, 2])).not.toContain('>1.5<')
    expect(draw([3, 2])).toContain('>2</text>')
  })

  it('circles the epochs that are named', () => {
    const points = [1, 2, 3].map((x) => [x, x] as const)
    const svg = curvesSvg([{ label: 'test', color, points, circled: [{ x: 2, says: 'best epoch: 2' }] }], {
      title: 'A',
    })
    expect(svg).toMatch(/<circle[^>]*r="6.5"[^>]*><title>best epoch: 2<\/title>/)
    expect(svg.match(/<circle/g)).toHaveLength(1)
  })
})
