/** `lenslet look`, section weights: filters as tiles, distributions, and what does nothing or the same. */

import { type Command, Option } from 'commander'
import { sameShape } from '../core/shapes.ts'
import { counted } from '../core/text.ts'
import { type WeightStatistics, weightStatistics } from '../insight/weightStatistics.ts'
import type { TextTable } from '../inspect/costTable.ts'
import { filterTiles, firstFilters } from '../inspect/filters.ts'
import { histogramSvg } from '../inspect/histogram.ts'
import { addressOfPng, encodePng } from '../inspect/png.ts'
import { listHtml, noteHtml, scrolling, tableHtml } from '../inspect/report/html.ts'
import { printCell } from '../inspect/steps/number.ts'
import { escapeText } from '../inspect/svg.ts'
import { printCount, printPercent } from '../inspect/units.ts'
import type { Model } from '../model/model.ts'
import { readCall, UsageError } from './errors.ts'
import { type Findings, fileWord, type LookFile, type LookSection, type Subject } from './lookSection.ts'
import { weightsAtStart } from './runStart.ts'

interface WeightsCall {
  readonly weights?: string
}

/** Histograms on the page; the table has all weights. */
const mostHistograms = 24

export const weightsSection: LookSection<WeightsCall> = {
  name: 'weights',
  says: 'filters as tiles, distributions, dead and similar filters; of a run, how far they have moved',
  ofImage: false,
  isDefault: true,
  define(command: Command) {
    command.addOption(
      new Option('--weights <layers>', 'whose filters are drawn: names or patterns such as conv*; default: the first'),
    )
  },
  look,
}

async function look(
  { model, name, image, terminal }: Subject,
  call: WeightsCall,
  asked: boolean,
): Promise<Findings | undefined> {
  // A page about an image is quick; of a model alone, the weights are what there is to see.
  if (!asked && image !== undefined && call.weights === undefined) return undefined
  const since = fittingStart(model, await weightsAtStart(name))
  const rows = weightStatistics(model, since && { since })
  const learned = rows.filter(({ filters }) => filters !== undefined)
  if (learned.length === 0) {
    if (!asked && call.weights === undefined) return undefined
    throw new UsageError('the network has no filters', {
      received: `layers of the types ${[...new Set(model.network.nodes.map(({ type }) => type))].join(', ')}`,
      expected: 'a layer with filters, such as CONV or FC',
    })
  }
  const drawn = await readCall(() => drawnFilters(model, call))
  const table = tableOf(learned)
  const remarks = learned.flatMap(remarksOf)
  const histograms = learned.slice(0, mostHistograms)
  const cut = learned.length > histograms.length ? ` Of ${learned.length} weights, the first ${histograms.length}.` : ''
  return {
    title: 'Weights',
    text: [terminal.table(table), ...remarks.map((remark) => terminal.wrap(`note: ${remark}`))].join('\n'),
    html: [
      ...drawn.map(({ html }) => html),
      tableHtml(table),
      listHtml(remarks),
      `<div class="looks">${histograms.map(histogramOf).join('')}</div>`,
      noteHtml(
        `Distributions of the weights; heights grow with the square root of the counts.${since === undefined ? '' : ' The orange line is where they were at the start of the run.'}${cut}`,
      ),
    ].join(''),
    json: { weights: rows.map(jsonOf), since: since !== undefined, notes: remarks },
    files: drawn.map(({ file }) => file),
  }
}

/** Of the run's start, what has the shape that it has now. */
function fittingStart(model: Model, start: Awaited<ReturnType<typeof weightsAtStart>>) {
  if (start === undefined) return undefined
  const fitting = [...start].filter(([name, { shape }]) => {
    return model.weights.has(name) && sameShape(model.weights.get(name).shape, shape)
  })
  return fitting.length === 0 ? undefined : new Map(fitting)
}

/** Filters as tiles, of the layers that were named or of the first. */
function drawnFilters(model: Model, { weights: asked }: WeightsCall): readonly { html: string; file: LookFile }[] {
  const first = firstFilters(model.network)
  const wanted =
    asked === undefined
      ? first === undefined
        ? []
        : [first]
      : weightStatistics(model, { layers: asked.split(',').map((word) => word.trim()) }).flatMap(
          ({ name, shape, filters }) => (filters !== undefined && shape.length === 4 ? [name] : []),
        )
  if (asked !== undefined && wanted.length === 0)
    throw new UsageError('these layers have no filters', {
      received: `--weights ${asked}`,
      expected: 'CONV or FC layers',
    })
  return wanted.map((name) => {
    const values = model.weights.get(name)
    const [rows = 1] = values.shape
    const isSmall = rows <= 1
    const { picture, says } = filterTiles(values, values.shape, {
      bgr: name === first && model.info.normalization?.colors === 'bgr',
      scale: isSmall
        ? 9
        : Math.max(1, Math.floor((model.weights.get(name).shape[3] as number) <= 32 ? 64 / rows : 32 / rows)),
    })
    const bytes = encodePng(picture)
    const caption = `${name}: ${says}. Each is scaled by its own largest weight; middle gray is 0.`
    const image = `<img class="pixels" width="${picture.width}" height="${picture.height}" alt="${escapeText(caption)}" src="${addressOfPng(bytes)}">`
    return {
      html: scrolling(image) + noteHtml(caption),
      file: { name: `${fileWord(name)}.png`, bytes },
    }
  })
}

function tableOf(rows: readonly WeightStatistics[]): TextTable {
  const hasMoved = rows.some(({ moved }) => moved !== undefined)
  return {
    columns: [
      { title: 'weights', align: 'left' },
      { title: 'shape', align: 'left', drop: 2 },
      { title: 'deviation', align: 'right' },
      { title: 'norm', align: 'right', drop: 1 },
      { title: 'dead', align: 'right' },
      { title: 'similar', align: 'right' },
      ...(hasMoved ? [{ title: 'moved', align: 'right' as const }] : []),
    ],
    rows: rows.map(({ name, shape, deviation, norm, filters, moved }) => [
      name,
      shape.join('×'),
      printCell(Number(deviation.toPrecision(3))),
      printCell(norm),
      printCount(filters?.dead.length ?? 0),
      `${printCount(filters?.similar.found ?? 0)}${filters?.similar.isComplete === false ? '+' : ''}`,
      ...(hasMoved
        ? [moved === undefined ? '–' : Number.isFinite(moved.relative) ? printPercent(moved.relative) : 'from 0']
        : []),
    ]),
  }
}

/** What a reader should know of a weight. */
function remarksOf({ name, filters, notFinite }: WeightStatistics): readonly string[] {
  if (filters === undefined) return []
  const { dead, similar, count } = filters
  const list = (numbers: readonly number[]) => `${numbers.slice(0, 8).join(', ')}${numbers.length > 8 ? ', …' : ''}`
  const [pair] = similar.pairs
  return [
    ...(notFinite > 0 ? [`${name}: ${counted(notFinite, 'value')} of its weights are not finite numbers.`] : []),
    ...(dead.length > 0
      ? [
          `${name}: ${dead.length} of ${counted(count, 'filter')} do next to nothing (norm below a thousandth of the median): ${list(dead)}.`,
        ]
      : []),
    ...(pair !== undefined
      ? [
          `${name}: ${counted(similar.found, 'pair')} of filters point in nearly the same direction, up to sign; ${pair.a} and ${pair.b} most (cosine ${printCell(pair.cosine)}).`,
        ]
      : []),
    ...(similar.compared < count
      ? [
          `${name}: only the first ${printCount(similar.compared)} of its ${printCount(count)} filters were compared with each other.`,
        ]
      : []),
  ]
}

function histogramOf({ name, histogram, moved }: WeightStatistics): string {
  const before = moved && { counts: moved.histogram.counts, says: 'at the start' }
  return `<figure>${histogramSvg(histogram, { title: name, root: true, ...(before && { before }) })}</figure>`
}

/** Without arrays of thousands, which the library gives. */
function jsonOf({ filters, histogram, moved, ...rest }: WeightStatistics): object {
  return {
    ...rest,
    histogram,
    filters: filters && {
      count: filters.count,
      dead: filters.dead,
      similar: filters.similar,
      norms: [...filters.norms],
    },
    moved: moved && { distance: moved.distance, relative: moved.relative, cosine: moved.cosine },
  }
}
