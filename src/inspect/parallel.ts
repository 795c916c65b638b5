/**
 * Parallel coordinates (Inselberg 1985): an upright axis for each quantity, a line for each trial. Where lines of good trials come
 * together, the value matters.
 */

import { type Axis, linearAxis, logAxis } from './axis.ts'
import { shorten } from './shorten.ts'
import { escapeText, path, picture, tag } from './svg.ts'

export interface ParallelAxis {
  readonly name: string
  readonly scale: 'log' | 'linear' | 'words'
}

export interface ParallelLine {
  /** What a tooltip says. */
  readonly name: string
  /** One for each axis: numbers, or words where the axis has words. Undefined where there is none: the line ends before. */
  readonly values: readonly (number | string | undefined)[]
  /** 0 to 1: the best is 1. Drawn in color and on top. */
  readonly quality: number
  /** Dashed and faint: it did not go on to the end. */
  readonly isPartial: boolean
}

const height = 300
const margin = { left: 66, right: 66, top: 40, bottom: 24 }
const between = 150

export function parallelSvg(title: string, axes: readonly ParallelAxis[], lines: readonly ParallelLine[]): string {
  const width = margin.left + margin.right + between * Math.max(1, axes.length - 1)
  const x = (index: number) => margin.left + index * between
  const scales = axes.map((axis, index) =>
    scaleOf(
      axis,
      lines.map(({ values }) => values[index]),
    ),
  )
  const y = (share: number) => margin.top + (1 - share) * (height - margin.top - margin.bottom)
  const drawn = lines
    .toSorted((a, b) => a.quality - b.quality)
    .map(({ name, values, quality, isPartial }) => {
      const places = values.map((value, index) => [x(index), y((scales[index] as Scale).place(value))] as const)
      const points = places.filter(([, at]) => Number.isFinite(at))
      return tag(
        'path',
        {
          d: path(points),
          fill: 'none',
          stroke: colorOf(quality),
          'stroke-width': quality === 1 ? 3 : 1.6,
          opacity: isPartial ? 0.45 : 0.95,
          'stroke-dasharray': isPartial ? '4 3' : undefined,
        },
        tag('title', {}, escapeText(name)),
      )
    })
  const upright = axes.flatMap((axis, index) => {
    const scale = scales[index] as Scale
    const rule = path([
      [x(index), y(0)],
      [x(index), y(1)],
    ])
    const head = { x: x(index), y: 22, 'text-anchor': 'middle', 'font-weight': 600 }
    return [
      tag('path', { d: rule, stroke: 'currentColor', opacity: 0.5 }),
      tag('text', head, tag('title', {}, escapeText(axis.name)), escapeText(shorten(axis.name, 20))),
      ...scale.ticks.map(({ text, share }) =>
        tag(
          'text',
          { x: x(index) + 6, y: y(share) + 4, 'font-size': 11, opacity: 0.75 },
          escapeText(shorten(text, 16)),
        ),
      ),
    ]
  })
  return picture(title, width, height, [...drawn, ...upright])
}

interface Scale {
  /** 0 at the bottom, 1 at the top; NaN for what is not on it. */
  place(value: number | string | undefined): number
  readonly ticks: readonly { readonly text: string; readonly share: number }[]
}

function scaleOf({ scale }: ParallelAxis, values: ParallelLine['values']): Scale {
  if (scale === 'words') {
    const words = [...new Set(values.filter((value) => value !== undefined).map(String))].sort()
    const share = (index: number) => (words.length === 1 ? 0.5 : index / (words.length - 1))
    return {
      place: (value) => (value === undefined ? Number.NaN : share(words.indexOf(String(value)))),
      ticks: words.map((text, index) => ({ text, share: share(index) })),
    }
  }
  const numbers = values.filter((value) => typeof value === 'number' && Number.isFinite(value)) as number[]
  if (numbers.length === 0) return { place: () => Number.NaN, ticks: [] }
  const [low, high] = numbers.reduce<readonly [number, number]>(
    ([least, most], value) => [Math.min(least, value), Math.max(most, value)],
    [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY],
  )
  const axis: Axis = scale === 'log' && low > 0 ? logAxis(low, high) : linearAxis(low, high)
  return {
    place: (value) => (typeof value === 'number' && Number.isFinite(value) ? axis.place(value) : Number.NaN),
    ticks: axis.ticks.map((tick) => ({ text: printTick(tick), share: axis.place(tick) })),
  }
}

function printTick(value: number): string {
  const text = `${Number(value.toPrecision(4))}`
  return text.length <= 7 ? text : value.toExponential()
}

/** From gray to blue: read without color vision, on light and on dark pages. */
function colorOf(quality: number): string {
  const mix = (from: number, to: number) => Math.round(from + Math.min(1, Math.max(0, quality)) * (to - from))
  return `rgb(${mix(160, 29)},${mix(164, 99)},${mix(170, 235)})`
}
