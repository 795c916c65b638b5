/** `lenslet look`, section activations: the image on its way through the layers. */

import { type Command, Option } from 'commander'
import { printVolume } from '../core/shapes.ts'
import { activationMaps, type LayerActivation } from '../insight/activationMaps.ts'
import { activationTiles } from '../inspect/activationTiles.ts'
import type { TextTable } from '../inspect/costTable.ts'
import { addressOfPng, encodePng } from '../inspect/png.ts'
import { listHtml, noteHtml, scrolling, tableHtml } from '../inspect/report/html.ts'
import { printCell } from '../inspect/steps/number.ts'
import { escapeText } from '../inspect/svg.ts'
import { printCount, printPercent } from '../inspect/units.ts'
import type { Model } from '../model/model.ts'
import { inferVolumes } from '../network/volumes.ts'
import { readCall, UsageError } from './errors.ts'
import { type Findings, fileWord, type LookFile, type LookSection, type Subject } from './lookSection.ts'
import { whole } from './options.ts'

interface ActivationsCall {
  readonly activations?: string
  readonly tiles?: number
}

/** Sheets of layers that nobody named. */
const mostSheets = 8
/** Sheets at all: a page of more would be too large. */
const mostNamed = 64

export const activationsSection: LookSection<ActivationsCall> = {
  name: 'activations',
  says: 'the image through the layers: channels as tiles, sparsity, silent channels',
  ofImage: true,
  isDefault: false,
  define(command: Command) {
    command.addOption(
      new Option(
        '--activations <layers>',
        `whose channels are drawn: names or patterns such as relu*; default: ${mostSheets} layers`,
      ),
    )
    command.addOption(
      new Option('--tiles <n>', 'channels that are drawn of a layer; default 64').argParser(whole('--tiles', 1)),
    )
  },
  look,
}

interface Sheet {
  readonly html: string
  readonly file: LookFile
}

async function look({ model, image, terminal }: Subject, call: ActivationsCall): Promise<Findings | undefined> {
  if (image === undefined) return undefined
  const patterns = call.activations?.split(',').map((word) => word.trim())
  const named = patterns && new Set(await readCall(() => namesOf(model, patterns)))
  const drawn = named ?? new Set(usualLayers(model))
  const rows: Omit<LayerActivation, 'data'>[] = []
  const sheets: Sheet[] = []
  await activationMaps(model, image.values, ({ data, ...row }) => {
    rows.push(row)
    if (drawn.has(row.layer)) sheets.push(sheetOf({ data, ...row }, call.tiles))
  })
  const table = tableOf(rows)
  const remarks = remarksOf(rows)
  const left =
    named === undefined && drawn.size < rows.length
      ? ` Drawn are ${drawn.size} of ${printCount(rows.length)} layers; --activations names others.`
      : ''
  return {
    title: 'Activations',
    text: [terminal.table(table), ...remarks.map((remark) => terminal.wrap(`note: ${remark}`))].join('\n'),
    html: [
      sheets.map(({ html }) => html).join(''),
      noteHtml(`Each channel is scaled by its own largest magnitude.${left}`),
      tableHtml(table),
      listHtml(remarks),
    ].join(''),
    json: { layers: rows.map(jsonOf), notes: remarks },
    files: sheets.map(({ file }) => file),
  }
}

/** Throws `ArgumentError` for a name that there is not, and `UsageError` for too many. */
async function namesOf(model: Model, patterns: readonly string[]): Promise<readonly string[]> {
  const names = Object.keys(model.planFor({ taps: patterns }).ports.taps ?? {})
  if (names.length <= mostNamed) return names
  throw new UsageError('too many layers to draw', {
    received: `--activations ${patterns.join(',')}, which matches ${names.length} layers`,
    expected: `at most ${mostNamed}`,
  })
}

/** The last layer of each size of map; evenly chosen where there are many. */
function usualLayers(model: Model): readonly string[] {
  const nodes = inferVolumes(model.network).slice(1)
  const ends = nodes.filter(({ output }, index) => {
    const next = nodes[index + 1]?.output
    return next === undefined || next.height !== output.height || next.width !== output.width
  })
  if (ends.length <= mostSheets) return ends.map(({ node }) => node.name)
  return Array.from({ length: mostSheets }, (_, i) => {
    return ends[Math.round((i * (ends.length - 1)) / (mostSheets - 1))]?.node.name as string
  })
}

function sheetOf({ layer, volume, data, statistics }: LayerActivation, most: number | undefined): Sheet {
  const { picture, says } = activationTiles(data, volume, { most })
  const bytes = encodePng(picture)
  const caption = `${layer}: ${says}; ${printPercent(statistics.zeros)} zeros, largest value ${printCell(statistics.most)}`
  const image = `<img class="pixels" width="${picture.width}" height="${picture.height}" alt="${escapeText(caption)}" src="${addressOfPng(bytes)}">`
  return {
    html: `<h3>${escapeText(caption)}</h3>${scrolling(image)}<p></p>`,
    file: { name: `activations-${fileWord(layer)}.png`, bytes },
  }
}

function tableOf(rows: readonly Omit<LayerActivation, 'data'>[]): TextTable {
  return {
    columns: [
      { title: 'layer', align: 'left' },
      { title: 'volume', align: 'left', drop: 1 },
      { title: 'mean', align: 'right' },
      { title: 'largest', align: 'right' },
      { title: 'zeros', align: 'right' },
      { title: 'silent channels', align: 'right' },
    ],
    rows: rows.map(({ layer, volume, statistics: { mean, most, zeros, silent } }) => [
      layer,
      printVolume(volume),
      printCell(mean),
      printCell(most),
      printPercent(zeros),
      `${printCount(silent)} of ${printCount(volume.channels)}`,
    ]),
  }
}

function remarksOf(rows: readonly Omit<LayerActivation, 'data'>[]): readonly string[] {
  const broken = rows.find(({ statistics }) => statistics.notFinite > 0)
  if (broken === undefined) return []
  return [
    `${broken.layer} is the first layer with values that are not finite (${printCount(broken.statistics.notFinite)}); they are magenta.`,
  ]
}

function jsonOf({
  layer,
  volume,
  statistics: { channelMeans, channelPeaks, ...rest },
}: Omit<LayerActivation, 'data'>): object {
  return { layer, volume, ...rest, channelMeans: [...channelMeans], channelPeaks: [...channelPeaks] }
}
