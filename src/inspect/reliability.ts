/**
 * The reliability diagram of a calibration (DeGroot and Fienberg 1983; Guo et al. 2017): accuracy over confidence, a bar for each
 * bin. The bars of a calibrated model end at the diagonal.
 */

import type { Calibration, CalibrationBin } from '../train/calibration.ts'
import { escapeText, palette, path, picture, tag } from './svg.ts'
import { printCount, printPercent } from './units.ts'

const side = 260
const margin = { left: 46, right: 26, top: 14, bottom: 40 }
const ticks = [0, 0.25, 0.5, 0.75, 1]

export function reliabilitySvg({ bins }: Calibration): string {
  const x = (value: number) => margin.left + value * side
  const y = (value: number) => margin.top + (1 - value) * side
  const all = Math.max(
    1,
    bins.reduce((sum, { count }) => sum + count, 0),
  )
  const across = ticks.map((tick) => label(x(tick), y(0) + 16, tick, 'middle'))
  const up = ticks.map((tick) => label(x(0) - 6, y(tick) + 4, tick, 'end'))
  const diagonal = path([
    [x(0), y(0)],
    [x(1), y(1)],
  ])
  const axis = { opacity: 0.65, 'font-size': 11, 'text-anchor': 'middle' }
  const middle = { x: margin.left + side / 2, y: margin.top + side / 2 }
  return picture('Reliability diagram', side + margin.left + margin.right, side + margin.top + margin.bottom, [
    tag('rect', { x: x(0), y: y(1), width: side, height: side, fill: 'none', stroke: 'currentColor', opacity: 0.2 }),
    ...bins.map((bin) => bar(bin, all, x, y)),
    tag('path', { d: diagonal, stroke: 'currentColor', 'stroke-dasharray': '4 4', opacity: 0.6 }),
    ...across,
    ...up,
    tag('text', { x: middle.x, y: y(0) + 34, ...axis }, 'confidence'),
    tag('text', { ...axis, transform: `translate(11 ${middle.y}) rotate(-90)` }, 'accuracy'),
  ])
}

/** Fainter, the fewer images there are; the gap to the confidence is orange. */
function bar(
  { from, to, count, confidence, accuracy }: CalibrationBin,
  all: number,
  x: (value: number) => number,
  y: (value: number) => number,
): string {
  if (accuracy === null || confidence === null) return ''
  const said = `${printPercent(from)} to ${printPercent(to)}: ${printCount(count)} images, mean confidence ${printPercent(confidence)}, accuracy ${printPercent(accuracy)}`
  const box = { x: x(from) + 1, width: x(to) - x(from) - 2 }
  const [low, high] = [Math.min(accuracy, confidence), Math.max(accuracy, confidence)]
  return tag(
    'g',
    {},
    tag('title', {}, escapeText(said)),
    tag('rect', {
      ...box,
      y: y(accuracy),
      height: y(0) - y(accuracy),
      fill: palette.blue,
      'fill-opacity': 0.25 + 0.75 * Math.sqrt(count / all),
    }),
    tag('rect', { ...box, y: y(high), height: y(low) - y(high), fill: palette.orange, 'fill-opacity': 0.35 }),
  )
}

function label(x: number, y: number, tick: number, anchor: 'middle' | 'end'): string {
  return tag('text', { x, y, 'text-anchor': anchor, 'font-size': 11, opacity: 0.7 }, `${100 * tick} %`)
}
