/** Curves over the epochs: loss and accuracy, as SVG. */

import { type Axis, linearAxis, logAxis } from './axis.ts'
import { escapeText, palette, path, picture, tag } from './svg.ts'

export interface Curve {
  readonly label: string
  readonly color: string
  /** In the order of x; points that are not finite are left out. */
  readonly points: readonly (readonly [x: number, y: number])[]
  /** Every point is marked: for few points. */
  readonly marked?: boolean
}

export interface CurvesOptions {
  readonly title: string
  readonly width?: number
  readonly height?: number
  /** What x counts. */
  readonly xLabel?: string
  /** Logarithmic heights, where all are positive. */
  readonly log?: boolean
  readonly print?: (value: number) => string
}

const margin = { left: 52, right: 14, top: 34, bottom: 34 }

export function curvesSvg(curves: readonly Curve[], options: CurvesOptions): string {
  const { title, width = 520, height = 300, xLabel = 'epoch', print = String } = options
  const drawn = curves
    .map((curve) => ({ ...curve, points: curve.points.filter((point) => point.every(Number.isFinite)) }))
    .filter(({ points }) => points.length > 0)
  const xs = drawn.flatMap(({ points }) => points.map(([x]) => x))
  const ys = drawn.flatMap(({ points }) => points.map(([, y]) => y))
  const heading = tag('text', { x: margin.left, y: 16, 'font-weight': 600, 'font-size': 13 }, escapeText(title))
  if (xs.length === 0) {
    const note = tag('text', { x: width / 2, y: height / 2, 'text-anchor': 'middle', opacity: 0.6 }, 'nothing recorded')
    return picture(title, width, height, [heading, note])
  }
  const across = linearAxis(Math.min(0, ...xs), Math.max(...xs), 6)
  const up = options.log === true && Math.min(...ys) > 0 ? logAxis(Math.min(...ys), Math.max(...ys)) : fitted(ys)
  const x = (value: number) => margin.left + across.place(value) * (width - margin.left - margin.right)
  const y = (value: number) => height - margin.bottom - up.place(value) * (height - margin.top - margin.bottom)
  return picture(title, width, height, [
    heading,
    legend(drawn, width),
    ...up.ticks.map((tick) => gridLine(margin.left, width - margin.right, y(tick), print(tick))),
    ...across.ticks.map((tick) => tickText(x(tick), height - margin.bottom + 16, `${tick}`, 'middle')),
    tickText(width - margin.right, height - 4, xLabel, 'end'),
    ...drawn.map((curve) => line(curve, x, y)),
  ])
}

/** What a curve did at its very beginning would flatten all that follows, so the lowest tenth may lie below the axis. */
function fitted(ys: readonly number[]): Axis {
  const sorted = [...ys].sort((a, b) => a - b)
  const low = sorted[Math.floor(sorted.length / 10)] as number
  const high = sorted.at(-1) as number
  const room = 0.05 * (high - low)
  return linearAxis(low - room, high + room)
}

function line({ color, points, marked }: Curve, x: (v: number) => number, y: (v: number) => number): string {
  const places = points.map(([a, b]) => [x(a), y(b)] as const)
  const stroke = { fill: 'none', stroke: color, 'stroke-width': marked ? 2 : 1.4, 'stroke-linejoin': 'round' }
  const dots = marked ? places.map(([cx, cy]) => tag('circle', { cx, cy, r: 3, fill: color })) : []
  return tag('g', {}, tag('path', { d: path(places), ...stroke, opacity: marked ? undefined : 0.85 }), ...dots)
}

function gridLine(from: number, to: number, y: number, text: string): string {
  const rule = tag('path', {
    d: path([
      [from, y],
      [to, y],
    ]),
    stroke: 'currentColor',
    opacity: 0.14,
  })
  return rule + tickText(from - 8, y + 4, text, 'end')
}

function tickText(x: number, y: number, text: string, anchor: 'middle' | 'end'): string {
  return tag('text', { x, y, 'text-anchor': anchor, opacity: 0.7, 'font-size': 11 }, escapeText(text))
}

/** From the right, in the line of the title. */
function legend(curves: readonly Curve[], width: number): string {
  let right = width - margin.right
  return [...curves]
    .reverse()
    .map(({ label, color }) => {
      const text = tag('text', { x: right, y: 16, 'text-anchor': 'end', opacity: 0.85 }, escapeText(label))
      // System fonts are some 6.3 units a letter at this size.
      right -= 6.3 * label.length + 22
      const swatch = tag('path', {
        d: path([
          [right + 2, 12],
          [right + 16, 12],
        ]),
        stroke: color,
        'stroke-width': 3,
      })
      right -= 8
      return text + swatch
    })
    .join('')
}

/** The colors of training and test curves. */
export const curveColors = { training: palette.blue, test: palette.orange } as const
