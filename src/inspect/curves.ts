/** Curves over the epochs: loss and accuracy, as SVG. Every value is drawn where it is; the axes follow the data. */

import { type Axis, linearAxis, logAxis } from './axis.ts'
import { escapeText, palette, path, picture, tag } from './svg.ts'

export interface Curve {
  readonly label: string
  readonly color: string
  /** In the order of x; points that are not finite are left out. */
  readonly points: readonly (readonly [x: number, y: number])[]
  /** Every point is marked: for few points. */
  readonly marked?: boolean
  /** Points that are circled, by their x, and why: `best`. */
  readonly circled?: readonly { readonly x: number; readonly says: string }[]
}

export interface CurvesOptions {
  readonly title: string
  readonly width?: number
  readonly height?: number
  /** What x counts. */
  readonly xLabel?: string
  /** Logarithmic heights, where all are positive and the largest is ten times the smallest or more. The title says so. */
  readonly log?: boolean
  /** Values that y cannot pass: the axis ends there, however much room the data would get. */
  readonly limits?: readonly [least: number, most: number]
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
  const [low, high] = extent(ys)
  const log = options.log === true && low > 0 && high >= rangeForLog * low
  const heading = tag(
    'text',
    { x: margin.left, y: 16, 'font-weight': 600, 'font-size': 13 },
    escapeText(log ? `${title} (log scale)` : title),
  )
  if (xs.length === 0) {
    const note = tag('text', { x: width / 2, y: height / 2, 'text-anchor': 'middle', opacity: 0.6 }, 'nothing recorded')
    return picture(title, width, height, [heading, note])
  }
  const across = linearAxis(Math.min(0, extent(xs)[0]), extent(xs)[1], width < 400 ? 4 : 6)
  const up = log ? logAxis(low, high) : fitted(low, high, options.limits)
  const x = (value: number) => margin.left + across.place(value) * (width - margin.left - margin.right)
  const y = (value: number) => height - margin.bottom - up.place(value) * (height - margin.top - margin.bottom)
  return picture(title, width, height, [
    heading,
    legend(drawn, width),
    ...up.ticks.map((tick) => gridLine(margin.left, width - margin.right, y(tick), print(tick))),
    ...wholeTicks(across).map((tick) => tickText(x(tick), height - margin.bottom + 16, `${tick}`, 'middle')),
    tickText(width - margin.right, height - 4, xLabel, 'end'),
    ...drawn.map((curve) => line(curve, x, y)),
  ])
}

/** Epochs are counted, so 1.5 is no tick; a single epoch has its two ends. */
function wholeTicks({ ticks }: Axis): readonly number[] {
  const whole = ticks.filter(Number.isInteger)
  return whole.length >= 2 ? whole : ticks
}

/** On a linear axis, a tenth of the height would hold all that is smaller than a tenth of the largest value. */
const rangeForLog = 10

/** Some room above and below the data, but never beyond what a value can be. */
function fitted(low: number, high: number, limits: CurvesOptions['limits']): Axis {
  const [least, most] = limits ?? [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY]
  // One value only: all that can be, where that is known.
  if (high - low < 1e-9 && limits !== undefined) return linearAxis(least, most)
  const room = 0.05 * (high - low)
  return linearAxis(Math.max(least, low - room), Math.min(most, high + room))
}

/** A training of many epochs has more points than a spread of arguments may hold. */
function extent(values: readonly number[]): readonly [least: number, most: number] {
  return [
    values.reduce((a, b) => Math.min(a, b), Number.POSITIVE_INFINITY),
    values.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY),
  ]
}

function line(
  { color, points, marked, circled = [] }: Curve,
  x: (v: number) => number,
  y: (v: number) => number,
): string {
  const places = thinned(points).map(([a, b]) => [x(a), y(b)] as const)
  const stroke = { fill: 'none', stroke: color, 'stroke-width': marked ? 2 : 1.4, 'stroke-linejoin': 'round' }
  const dots = marked ? places.map(([cx, cy]) => tag('circle', { cx, cy, r: 3, fill: color })) : []
  const rings = circled.flatMap(({ x: at, says }) => {
    const point = points.find(([each]) => each === at)
    if (point === undefined) return []
    const circle = {
      cx: x(point[0]),
      cy: y(point[1]),
      r: 6.5,
      fill: 'none',
      stroke: 'currentColor',
      'stroke-width': 1.5,
    }
    return tag('circle', circle, tag('title', {}, escapeText(says)))
  })
  return tag(
    'g',
    {},
    tag('path', { d: path(places), ...stroke, opacity: marked ? undefined : 0.85 }),
    ...dots,
    ...rings,
  )
}

/** More points than this cannot be told apart on a screen. */
const mostPoints = 1500

/** Of each run of neighbors the lowest and the highest, in their order: every peak stays. */
function thinned(points: Curve['points']): Curve['points'] {
  if (points.length <= mostPoints) return points
  const run = Math.ceil((2 * points.length) / mostPoints)
  return Array.from({ length: Math.ceil(points.length / run) }, (_, index) => {
    const part = points.slice(index * run, (index + 1) * run)
    const lowest = part.reduce((a, b) => (b[1] < a[1] ? b : a))
    const highest = part.reduce((a, b) => (b[1] > a[1] ? b : a))
    return lowest === highest ? [lowest] : [lowest, highest].sort((a, b) => a[0] - b[0])
  }).flat()
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
