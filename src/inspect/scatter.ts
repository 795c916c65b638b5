/** Predicted over true values, a point for each image: on the diagonal there is no error. */

import { linearAxis } from './axis.ts'
import { escapeText, palette, path, picture, tag } from './svg.ts'

const side = 230
const margin = { left: 52, right: 12, top: 28, bottom: 40 }

export interface ScatterPoint {
  readonly actual: number
  readonly predicted: number
}

/** Points that are not finite are left out. Both axes have the same range, that of all values. */
export function scatterSvg(title: string, points: readonly ScatterPoint[]): string {
  const drawn = points.filter(({ actual, predicted }) => Number.isFinite(actual) && Number.isFinite(predicted))
  const all = drawn.flatMap(({ actual, predicted }) => [actual, predicted])
  const axis = linearAxis(
    all.reduce((a, b) => Math.min(a, b), Number.POSITIVE_INFINITY),
    all.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY),
    4,
  )
  const x = (value: number) => margin.left + axis.place(value) * side
  const y = (value: number) => margin.top + (1 - axis.place(value)) * side
  const [left, bottom, top] = [margin.left, margin.top + side, margin.top]
  const words = { opacity: 0.65, 'font-size': 11, 'text-anchor': 'middle' }
  const heading = tag('text', { x: left, y: 16, 'font-weight': 600, 'font-size': 13 }, escapeText(title))
  const [width, height] = [side + margin.left + margin.right, side + margin.top + margin.bottom]
  if (drawn.length === 0) return picture(title, width, height, [heading])
  const diagonal = path([
    [left, bottom],
    [left + side, top],
  ])
  const label = { opacity: 0.7, 'font-size': 11 }
  return picture(`${title}: predicted over actual values`, width, height, [
    heading,
    tag('rect', { x: left, y: top, width: side, height: side, fill: 'none', stroke: 'currentColor', opacity: 0.2 }),
    tag('path', { d: diagonal, stroke: 'currentColor', 'stroke-dasharray': '4 4', opacity: 0.6 }),
    ...axis.ticks.flatMap((tick) => [
      tag('text', { ...label, x: x(tick), y: bottom + 16, 'text-anchor': 'middle' }, `${tick}`),
      tag('text', { ...label, x: left - 6, y: y(tick) + 4, 'text-anchor': 'end' }, `${tick}`),
    ]),
    ...drawn.map(({ actual, predicted }) =>
      tag('circle', { cx: x(actual), cy: y(predicted), r: 2.2, fill: palette.blue, 'fill-opacity': 0.45 }),
    ),
    tag('text', { x: left + side / 2, y: bottom + 34, ...words }, 'actual'),
    tag('text', { ...words, transform: `translate(11 ${top + side / 2}) rotate(-90)` }, 'predicted'),
  ])
}
