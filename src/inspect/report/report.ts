/** A training run as one HTML page that needs nothing else: no script, no other file, no network. */

import type { Shape } from '../../core/shapes.ts'
import type { Evaluation } from '../../train/evaluate.ts'
import type { MetricsRecord } from '../../train/metrics.ts'
import { commonMistakes, confusionSvg } from '../confusion.ts'
import { costTable, type NetworkTable, type TextTable } from '../costTable.ts'
import { curveColors, curvesSvg } from '../curves.ts'
import { filtersPicture } from '../filters.ts'
import { type Picture, pngAddress } from '../png.ts'
import { escapeText } from '../svg.ts'
import { printCount, printPercent } from '../units.ts'
import { listHtml, pairsHtml, section, tableHtml } from './html.ts'
import { style } from './style.ts'

/** A picture and the wrong answer that it was given. */
export interface MistakenPicture {
  readonly picture: Picture
  readonly actual: string
  readonly predicted: string
  /** Of the predicted class, 0 to 1. */
  readonly probability: number
}

export interface ReportData {
  readonly title: string
  /** One line below the title. */
  readonly subtitle: string
  /** The few numbers that come first. */
  readonly figures: readonly { readonly value: string; readonly says: string }[]
  readonly records: readonly MetricsRecord[]
  readonly stepsPerEpoch: number
  /** Of the test split, after the last epoch. */
  readonly evaluation?: Evaluation | undefined
  /** Test pictures that the network got wrong, surest first, and how many were looked at. */
  readonly mistakes?: { readonly pictures: readonly MistakenPicture[]; readonly among: number } | undefined
  /** The weights that look at the picture, [F, F, C, K]. */
  readonly filters?: { readonly name: string; readonly shape: Shape; readonly values: ArrayLike<number> } | undefined
  readonly network: NetworkTable
  /** The network's text, where it has one. */
  readonly notation?: string | undefined
  readonly memory: TextTable
  readonly settings: readonly (readonly [name: string, value: string])[]
  readonly machine: readonly (readonly [name: string, value: string])[]
  /** What a reader should know. */
  readonly remarks: readonly string[]
  /** Commands to try next. */
  readonly next: readonly string[]
}

export function reportHtml(data: ReportData): string {
  const { title, subtitle, figures, notation, network, memory, settings, machine, remarks, next } = data
  const body = [
    `<header><h1>${escapeText(title)}</h1><p class="quiet">${escapeText(subtitle)}</p></header>`,
    `<div class="figures">${figures
      .map(
        ({ value, says }) =>
          `<div class="figure"><b>${escapeText(value)}</b><span class="quiet small">${escapeText(says)}</span></div>`,
      )
      .join('')}</div>`,
    curves(data),
    evaluated(data),
    mistaken(data),
    filters(data),
    section(
      'The network',
      notation === undefined ? '' : `<p><pre>${escapeText(notation)}</pre></p>`,
      tableHtml(costTable(network)),
      listHtml(network.notices, 'mind'),
      listHtml(remarks),
      '<p class="quiet small">Parameters, MACs and memory of the volumes are for one picture; “sees” is the receptive field, in pixels of the input.</p>',
    ),
    section('Memory', tableHtml(memory), '<p class="quiet small">What the run allocated, to the byte.</p>'),
    `<div class="pair">${section('Settings', pairsHtml(settings))}${section('Machine', pairsHtml(machine))}</div>`,
    next.length === 0 ? '' : section('Try next', `<pre>${escapeText(next.join('\n'))}</pre>`),
  ]
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escapeText(title)}</title>
<style>${style}</style>
</head>
<body>
<main>
${body.filter((part) => part !== '').join('\n')}
<footer class="quiet small">Written by Lenslet. This page is complete: it loads nothing.</footer>
</main>
</body>
</html>
`
}

function curves({ records, stepsPerEpoch }: ReportData): string {
  const steps = records.filter(({ kind }) => kind === 'step')
  const epochs = records.filter((record) => record.kind === 'epoch')
  const training = (pick: (record: MetricsRecord) => number) => ({
    label: 'training',
    color: curveColors.training,
    points: steps.map((record) => [record.step / stepsPerEpoch, pick(record)] as const),
  })
  const test = (pick: (record: (typeof epochs)[number]) => number | undefined) => ({
    label: 'test',
    color: curveColors.test,
    marked: true,
    points: epochs.map((record) => [record.epoch, pick(record) ?? Number.NaN] as const),
  })
  const loss = curvesSvg([training(({ loss }) => loss), test(({ testLoss }) => testLoss)], { title: 'Loss', log: true })
  const accuracy = curvesSvg([training(({ accuracy }) => accuracy), test(({ testAccuracy }) => testAccuracy)], {
    title: 'Accuracy',
    print: (value) => `${Number((100 * value).toFixed(1))} %`,
  })
  return `<div class="pair"><section>${loss}</section><section>${accuracy}</section></div>`
}

/** A matrix of more classes would be millions of cells. */
const mostClasses = 100

function evaluated({ evaluation }: ReportData): string {
  if (evaluation === undefined) return ''
  const { confusion, perClass } = evaluation
  const labels = perClass.map(({ label }) => label)
  const mistakes = commonMistakes(confusion, labels, 8)
  const matrix = perClass.length > mostClasses ? '' : `<div class="fixed">${confusionSvg(confusion, labels)}</div>`
  const rows = perClass
    .slice(0, mostClasses)
    .map(
      ({ label, count, accuracy }) =>
        `<tr><td>${escapeText(label)}</td><td class="right">${count}</td><td class="right">${printPercent(accuracy)}</td><td><div class="bar"><i style="width:${(100 * (accuracy ?? 0)).toFixed(2)}%"></i></div></td></tr>`,
    )
  const classes = `<div><table><thead><tr><th>class</th><th class="right">pictures</th><th class="right">recognized</th><th></th></tr></thead><tbody>${rows.join('')}</tbody></table></div>`
  const common = mistakes.map(
    ({ actual, predicted, count, share }) =>
      `<tr><td>${escapeText(actual)}</td><td>${escapeText(predicted)}</td><td class="right">${count}</td><td class="right">${printPercent(share)}</td></tr>`,
  )
  const list = `<div><table><thead><tr><th>shown</th><th>taken for</th><th class="right">times</th><th class="right">of the class</th></tr></thead><tbody>${common.join('')}</tbody></table></div>`
  return (
    section('What is taken for what', `<div class="side">${matrix}${common.length === 0 ? '' : list}</div>`) +
    section('Each class', classes)
  )
}

function mistaken({ mistakes, evaluation }: ReportData): string {
  if (mistakes === undefined || mistakes.pictures.length === 0) return ''
  const items = mistakes.pictures.map(
    ({ picture, actual, predicted, probability }) =>
      `<figure><img class="pixels" alt="" src="${pngAddress(picture)}"><figcaption>${escapeText(predicted)} <span class="quiet">(${(100 * probability).toFixed(1)} %), is</span> ${escapeText(actual)}</figcaption></figure>`,
  )
  const part = mistakes.among < (evaluation?.count ?? 0)
  const note = part ? `<p class="quiet small">Among the first ${printCount(mistakes.among)} test pictures.</p>` : ''
  return section('Mistakes it was surest of', note, `<div class="gallery">${items.join('')}</div>`)
}

function filters({ filters: shown }: ReportData): string {
  if (shown === undefined) return ''
  const picture = filtersPicture(shown.values, shown.shape)
  const scale = Math.max(1, Math.min(12, Math.floor(1040 / picture.width)))
  const [rows, columns, depth, count] = shown.shape
  const image = `<img class="pixels" width="${scale * picture.width}" height="${scale * picture.height}" alt="filters of ${escapeText(shown.name)}" src="${pngAddress(picture)}">`
  return section(
    'What the first layer looks for',
    image,
    `<p class="quiet small" style="margin-top:10px">${escapeText(shown.name)}: ${count} filters of ${rows}×${columns}×${depth}, each scaled by its own largest weight; middle grey is 0.</p>`,
  )
}
