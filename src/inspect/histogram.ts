/** A distribution of numbers as a picture; where it was before, as an outline over it. */

import { linearAxis } from './axis.ts'
import { printCell } from './steps/number.ts'
import { escapeText, palette, path, picture, tag } from './svg.ts'

/** Counts of values in bins of equal width: as `weightStatistics` gives them. */
export interface HistogramData {
  readonly from: number
  readonly to: number
  readonly counts: readonly number[]
}

export interface HistogramOptions {
  readonly title: string
  readonly width?: number
  readonly height?: number
  /** An earlier distribution in the same bins, and what it is: drawn as a line. */
  readonly before?: { readonly counts: readonly number[]; readonly says: string } | undefined
  /** Heights grow with the square root of the counts, so that rare values can be seen. Default false. */
  readonly root?: boolean
}

const margin = { left: 10, right: 10, top: 26, bottom: 20 }

export function histogramSvg({ from, to, counts }: HistogramData, options: HistogramOptions): string {
  const { title, width = 320, height = 140, before, root = false } = options
  const rise = (count: number) => (root ? Math.sqrt(count) : count)
  const most = rise([...counts, ...(before?.counts ?? [])].reduce((a, b) => Math.max(a, b), 1))
  const axis = linearAxis(from, to, 5)
  const x = (value: number) => margin.left + axis.place(value) * (width - margin.left - margin.right)
  const floor = height - margin.bottom
  const y = (count: number) => floor - (rise(count) / most) * (floor - margin.top)
  const edge = (bin: number) => x(from + (bin / counts.length) * (to - from))
  const bars = counts.flatMap((count, bin) => {
    if (count === 0) return []
    const box = {
      x: edge(bin),
      y: Math.min(y(count), floor - 0.75),
      width: Math.max(0.5, edge(bin + 1) - edge(bin) - 0.5),
    }
    const says = `${printCell(from + (bin / counts.length) * (to - from))} to ${printCell(from + ((bin + 1) / counts.length) * (to - from))}: ${count}`
    return [tag('rect', { ...box, height: floor - box.y, fill: palette.blue }, tag('title', {}, escapeText(says)))]
  })
  const outline = (before?.counts ?? []).flatMap((count, bin) => [
    [edge(bin), y(count)] as const,
    [edge(bin + 1), y(count)] as const,
  ])
  const small = { 'font-size': 10.5, opacity: 0.65 }
  return picture(title, width, height, [
    tag('text', { x: margin.left, y: 14, 'font-weight': 600 }, escapeText(title)),
    ...(before === undefined
      ? []
      : [
          tag('path', { d: `M${width - 92} 10h14`, stroke: palette.orange, 'stroke-width': 1.5 }),
          tag('text', { x: width - 74, y: 14, ...small }, escapeText(before.says)),
        ]),
    ...bars,
    ...(outline.length === 0
      ? []
      : [tag('path', { d: path(outline), fill: 'none', stroke: palette.orange, 'stroke-width': 1.5 })]),
    tag('path', { d: `M${margin.left} ${floor + 0.5}H${width - margin.right}`, stroke: 'currentColor', opacity: 0.3 }),
    ...axis.ticks.map((tick) =>
      tag('text', { x: x(tick), y: height - 6, 'text-anchor': 'middle', ...small }, printCell(tick)),
    ),
  ])
}
