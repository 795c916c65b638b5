/** The arena's picture shows every byte where it is, and the step that is the fullest. */

import { describe, expect, it } from 'vitest'
import { parse } from '../notation/parse.ts'
import { plan } from '../plan/plan.ts'
import { arenaUsage, boxesOf } from '../plan/usage.ts'
import { arenaBlocks } from './arenaBlocks.ts'
import { arenaSvg, fullestWords } from './arenaSvg.ts'

const network = parse('INPUT 16x16x3 -> [CONV3-8 -> BN -> RELU]*4 -> POOL2 -> FC-5')
const made = plan(network, { mode: 'training', optimizer: 'adam', batch: 8, recompute: true })

describe('boxes', () => {
  const boxes = boxesOf(made)

  it('never lie over another', () => {
    for (const [index, a] of boxes.entries()) {
      for (const b of boxes.slice(index + 1)) {
        const sameTime = a.from <= b.to && b.from <= a.to
        const sameBytes = a.offset < b.offset + b.bytes && b.offset < a.offset + a.bytes
        expect(sameTime && sameBytes, `${a.name} and ${b.name}`).toBe(false)
      }
    }
  })

  it('cover every buffer that has memory of its own', () => {
    const covered = (at: number, step: number) =>
      boxes.some(({ offset, bytes, from, to }) => offset <= at && at < offset + bytes && from <= step && step <= to)
    for (const { viewOf, offset, bytes, from, to } of made.buffers) {
      if (viewOf !== undefined || bytes === 0) continue
      expect(covered(offset, from) && covered(offset + bytes - 1, to)).toBe(true)
    }
  })
})

describe('the fullest step', () => {
  it('has the bytes that the table of the memory adds up to', () => {
    const { memory, head } = made
    const { parameters, tracked, optimizer, data, activations, gradients, workspace } = memory
    const used = parameters + tracked + optimizer + data + activations + gradients + workspace
    expect(arenaUsage(made).fullest.bytes).toBe(used + head)
    expect(arenaUsage(made).fullest.bytes).toBeLessThanOrEqual(made.arenaBytes)
  })

  it('is named in both pictures', () => {
    const { index, step } = arenaUsage(made).fullest
    expect(fullestWords(made)).toContain(`step ${index} of ${made.steps.length}`)
    expect(fullestWords(made)).toContain(`${step?.kind} of ${step?.node}`)
    expect(arenaSvg(made)).toContain(`>${fullestWords(made)}</text>`)
    expect(arenaBlocks(made, 80).captions).toContain(fullestWords(made))
  })
})

describe('the SVG', () => {
  it('draws every box to scale', () => {
    const svg = arenaSvg(made, { width: 1000, height: 500 })
    const [x, y] = [
      (step: number) => 66 + (step / made.steps.length) * (1000 - 66 - 16),
      (bytes: number) => 460 - (bytes / made.arenaBytes) * (460 - 64),
    ]
    const rects = [
      ...svg.matchAll(
        /<rect x="([\d.]+)" y="([\d.]+)" width="([\d.]+)" height="([\d.]+)"[^>]*><title>([^:]*):[^<]*steps (\d+) to (\d+)/g,
      ),
    ]
    expect(rects.length).toBeGreaterThan(30)
    for (const [, left, top, wide, high, name, from, to] of rects) {
      // Coordinates are rounded to 0.01, widths are differences of two.
      expect(Math.abs(Number(left) - x(Number(from)))).toBeLessThan(0.011)
      expect(Math.abs(Number(left) + Number(wide) - x(Number(to) + 1))).toBeLessThan(0.021)
      const buffer = made.buffers.find((each) => each.name === name)
      if (buffer === undefined || buffer.role === 'parameter') continue
      expect(Math.abs(Number(top) - y(buffer.offset + buffer.bytes))).toBeLessThan(0.011)
      expect(Math.abs(Number(top) + Number(high) - y(buffer.offset))).toBeLessThan(0.021)
    }
  })

  it('escapes names and stays small for a deep network', () => {
    const deep = plan(parse('INPUT 8x8x4 -> [CONV3-4 -> RELU]*1500 -> GAP -> FC-2'), { mode: 'training', batch: 2 })
    const svg = arenaSvg(deep, { title: 'a <b> & c' })
    expect(svg).toContain('a &lt;b&gt; &amp; c')
    expect(svg.length).toBeLessThan(3_000_000)
  })
})

describe('blocks', () => {
  it.each([40, 80, 100])('fit %d columns', (width) => {
    const lines = arenaBlocks(made, width).drawing.split('\n')
    for (const line of lines) expect(line.length).toBeLessThanOrEqual(width)
    expect(lines[0]).toMatch(/^ +\d+ KiB │/)
  })

  it('draw a plan of one step', () => {
    expect(arenaBlocks(plan(parse('INPUT 2x2x1 -> FC-1')), 40).drawing).toContain('└')
    expect(arenaSvg(plan(parse('INPUT 2x2x1')))).toContain('<svg')
  })
})
