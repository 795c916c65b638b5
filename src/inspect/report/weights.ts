/** The report's weights: how much a step changes them, epoch by epoch, and how they are distributed after the last. */

import { printShape } from '../../core/shapes.ts'
import type { MetricsRecord } from '../../train/metrics.ts'
import type { WeightSummary, WeightsRecord } from '../../train/weightRecord.ts'
import { type Curve, curvesSvg } from '../curves.ts'
import { escapeText, palette, tag } from '../svg.ts'
import { markupTable, nameCell, noteHtml, section } from './html.ts'

/** The notes: "should be somewhere around 1e-3"; a factor of ten on each side is no cause for alarm. */
const rule = 1e-3
const usual = [1e-4, 1e-2] as const

export function weightsSection(records: readonly MetricsRecord[]): string {
  const watched = records.filter((record) => record.kind === 'weights')
  const last = watched.at(-1)
  if (last === undefined || last.weights.length === 0) return ''
  const curves = ratioCurves(watched)
  const options = { title: 'Update ratio', log: true, print: printTick }
  // Drawn twice: text that is scaled down to a phone cannot be read there. The legend of all curves has no room on it.
  const narrow = curves.filter(({ label }) => label === 'median' || label === '0.001')
  const small = curvesSvg(narrow, { ...options, width: 330, height: 250 })
  const drawn = `<div class="charts" style="max-width: 560px"><div><div class="wide">${curvesSvg(curves, options)}</div><div class="narrow">${small}</div></div></div>`
  const head =
    '<tr><th>weights</th><th>shape</th><th class="right">norm</th><th class="right">mean</th><th class="right">deviation</th><th class="right">update ratio, median</th><th>histogram</th></tr>'
  return section(
    'Weights',
    drawn,
    markupTable(
      head,
      last.weights.map((weights) => row(weights, medianRatio(watched, weights.name))),
    ),
    noteHtml(
      `After epoch ${last.epoch}. The update ratio is ‖update‖/‖weights‖ of the last step of an epoch; the curves are those of filters. As a rule of thumb it is about 0.001 while a network learns: much more means that the learning rate is too high, much less that it is too low. It follows the schedule, so it falls to 0 where the rate does.`,
    ),
  )
}

const isFilter = ({ shape }: WeightSummary) => shape.length > 1

/** Largest, median and smallest over the filters. */
function ratioCurves(watched: readonly WeightsRecord[]): readonly Curve[] {
  const sorted = watched.map(({ epoch, weights }) => {
    const filters = weights.filter(isFilter)
    const ratios = (filters.length > 0 ? filters : weights).flatMap(({ ratio }) => (ratio ? [ratio] : []))
    return { epoch, ratios: ratios.toSorted((a, b) => a - b) }
  })
  const curve = (label: string, color: string, of: (ratios: readonly number[]) => number | undefined): Curve => ({
    label,
    color,
    marked: watched.length <= 60,
    points: sorted.map(({ epoch, ratios }) => [epoch, of(ratios) ?? Number.NaN] as const),
  })
  return [
    curve('largest', palette.orange, (ratios) => ratios.at(-1)),
    curve('median', palette.blue, (ratios) => ratios[ratios.length >> 1]),
    curve('smallest', palette.green, (ratios) => ratios[0]),
    {
      label: '0.001',
      color: palette.grey,
      points: [0, watched.at(-1)?.epoch ?? 1].map((epoch) => [epoch, rule] as const),
    },
  ]
}

/** Over the epochs: the last ones of a schedule that ends at 0 say little. */
function medianRatio(watched: readonly WeightsRecord[], name: string): number | undefined {
  const ratios = watched.flatMap(({ weights }) => weights.find((each) => each.name === name)?.ratio ?? [])
  return ratios.sort((a, b) => a - b)[ratios.length >> 1]
}

function row(weights: WeightSummary, ratio: number | undefined): string {
  const { name, shape, norm, mean, deviation } = weights
  const right = (text: string, kind = '') => `<td class="right${kind}">${escapeText(text)}</td>`
  const isFar = isFilter(weights) && ratio !== undefined && ratio > 0 && (ratio < usual[0] || ratio > usual[1])
  const cells = [norm, mean, deviation].map((value) => right(short(value))).join('')
  const change = right(ratio === undefined ? '–' : short(ratio), isFar ? ' mind' : '')
  return `<tr>${nameCell(name)}<td>${escapeText(printShape(shape))}</td>${cells}${change}<td>${sparkline(weights)}</td></tr>`
}

const printTick = (value: number) => (value < 1e-3 ? value.toExponential() : `${value}`)
const short = (value: number) => `${Number(value.toPrecision(3))}`

const [width, height] = [96, 22]

function sparkline({ min, max, counts }: WeightSummary): string {
  const most = Math.max(...counts)
  const each = width / counts.length
  const bars = counts.map((count, i) => {
    const tall = count === 0 ? 0 : Math.max(1, (height * count) / most)
    return tag('rect', { x: i * each, y: height - tall, width: Math.max(0.5, each - 0.5), height: tall })
  })
  const title = tag('title', {}, escapeText(`${short(min)} to ${short(max)}`))
  return tag(
    'svg',
    { viewBox: `0 0 ${width} ${height}`, width, height, role: 'img', fill: palette.blue },
    title,
    ...bars,
  )
}
