/** `lenslet look`, section units: over a data set, units that never activate, and the patches that excite units most. */

import { type Command, Option } from 'commander'
import { ArgumentError } from '../core/errors.ts'
import { printVolume } from '../core/shapes.ts'
import type { Split } from '../data/dataset.ts'
import { readPictures } from '../data/store.ts'
import { mapLayer } from '../insight/attribution/layer.ts'
import { logitsNode } from '../insight/attribution/target.ts'
import { type DeadUnits, deadUnits } from '../insight/deadUnits.ts'
import { topPatches, type UnitPatches } from '../insight/topPatches.ts'
import type { TextTable } from '../inspect/costTable.ts'
import { patchSheet } from '../inspect/patches.ts'
import type { PictureBytes } from '../inspect/picture.ts'
import { encodePng, pngAddress } from '../inspect/png.ts'
import { listHtml, noteHtml, scrolling, tableHtml } from '../inspect/report/html.ts'
import { printCount, printPercent } from '../inspect/units.ts'
import { readCall } from './errors.ts'
import { addData, type DataCall, dataOf, usualAmong } from './lookData.ts'
import { type Findings, fileWord, type LookSection, type Subject } from './lookSection.ts'
import { whole } from './options.ts'

interface UnitsCall extends DataCall {
  readonly units?: string
  readonly patches?: number
}

/** Channels whose patches are drawn: a row each. */
const mostRows = 24

export const unitsSection: LookSection<UnitsCall> = {
  name: 'units',
  says: 'over a data set (--data): units that never activate, and the patches that excite each unit most',
  ofImage: false,
  isDefault: false,
  define(command: Command) {
    addData(command)
    command.addOption(new Option('--units <layer>', 'whose patches are shown; default: the last map'))
    command.addOption(new Option('--patches <n>', 'patches for each unit; default 9').argParser(whole('--patches', 1)))
  },
  look,
}

async function look(subject: Subject, call: UnitsCall): Promise<Findings> {
  const { model, terminal, progress } = subject
  const { split, normalization, name } = await dataOf(subject, 'units', call)
  const options = { normalization, among: call.among ?? usualAmong }
  const running = (what: string) => ({ ...options, progress: (done: number, all: number) => progress(what, done, all) })
  const dead = await rectified(() => deadUnits(model, split, running('dead units')))
  const layer = call.units ?? (await readCall(async () => lastMap(model)))
  const top = await readCall(() => topPatches(model, split, layer, { ...running('patches'), most: call.patches }))
  const shown = top.units.slice(0, mostRows)
  const drawn = await drawnPatches(split, shown)
  const sheet = patchSheet(drawn.images, drawn.units)
  const remarks = [
    ...(dead === undefined ? ['The network has no ReLU, so no unit can be dead.'] : deadRemarks(dead)),
    ...(shown.length < top.units.length
      ? [
          `Patches are drawn for the first ${shown.length} of ${printCount(top.units.length)} channels of ${top.layer}; --json has all.`,
        ]
      : []),
  ]
  const table = tableOf(dead ?? [])
  const caption = `${top.layer}: a row for each channel, the strongest first; the parts of ${printCount(top.images)} images that its receptive field of ${top.field.size.join('×')} pixels covers.`
  return {
    title: 'Units',
    text: [
      `${printCount(top.images)} images of ${name}`,
      ...(dead === undefined ? [] : [terminal.table(table)]),
      ...remarks.map((remark) => terminal.wrap(`note: ${remark}`)),
    ].join('\n'),
    html: [
      ...(dead === undefined ? [] : [tableHtml(table)]),
      listHtml(remarks),
      scrolling(drawn.units.map((unit) => rowHtml(drawn.images, unit)).join('')),
      noteHtml(caption),
    ].join(''),
    json: { images: top.images, dead: dead ?? null, patches: top, notes: remarks },
    files: [{ name: `patches-${fileWord(top.layer)}.png`, bytes: encodePng(sheet) }],
  }
}

/** Throws `ArgumentError` for a network without maps. */
function lastMap(model: Subject['model']): string {
  return mapLayer(model, logitsNode(model.network).node.name, undefined).node.name
}

/** The images that are shown, and the patches with their places among these. */
async function drawnPatches(split: Split, units: readonly UnitPatches[]) {
  const indexes = [...new Set(units.flatMap(({ patches }) => patches.map(({ index }) => index)))]
  const places = new Map(indexes.map((index, place) => [index, place]))
  return {
    images: await readPictures(split, indexes),
    units: units.map((unit) => ({
      ...unit,
      patches: unit.patches.map((patch) => ({ ...patch, index: places.get(patch.index) as number })),
    })),
  }
}

/** The number of a channel, and its patches. */
function rowHtml(images: PictureBytes, unit: UnitPatches): string {
  const name = `<span class="quiet small" style="flex:none;width:3em;text-align:right">${unit.channel}</span>`
  const alt = `what excites channel ${unit.channel} most`
  const patches =
    unit.patches.length === 0
      ? '<span class="quiet small">never active</span>'
      : `<img class="pixels" alt="${alt}" src="${pngAddress(patchSheet(images, [unit]))}">`
  return `<div style="display:flex;gap:12px;align-items:center;margin-bottom:4px">${name}${patches}</div>`
}

/** Undefined for a network without ReLUs. */
async function rectified(find: () => Promise<readonly DeadUnits[]>): Promise<readonly DeadUnits[] | undefined> {
  try {
    return await find()
  } catch (error) {
    if (error instanceof ArgumentError && error.message.startsWith('the network has no ReLU')) return undefined
    throw error
  }
}

function deadRemarks(dead: readonly DeadUnits[]): readonly string[] {
  return dead.flatMap(({ layer, deadChannels }) =>
    deadChannels.length === 0
      ? []
      : [
          `${layer}: channels that are 0 for every image: ${deadChannels.slice(0, 12).join(', ')}${deadChannels.length > 12 ? ', …' : ''}.`,
        ],
  )
}

function tableOf(rows: readonly DeadUnits[]): TextTable {
  return {
    columns: [
      { title: 'layer', align: 'left' },
      { title: 'volume', align: 'left', drop: 1 },
      { title: 'active', align: 'right' },
      { title: 'never active', align: 'right' },
      { title: 'dead channels', align: 'right' },
    ],
    rows: rows.map(({ layer, volume, active, share, deadChannels }) => [
      layer,
      printVolume(volume),
      printPercent(active),
      printPercent(share),
      `${printCount(deadChannels.length)} of ${printCount(volume.channels)}`,
    ]),
  }
}
