/** `lenslet look`, section field: what a unit can see of the image, and what it really sees. */

import { type Command, Option } from 'commander'
import { effectiveField } from '../insight/attribution/fields.ts'
import { mapLayer, NoMapError } from '../insight/attribution/layer.ts'
import { logitsNode } from '../insight/attribution/target.ts'
import { fieldPicture } from '../inspect/maps/fieldPicture.ts'
import { addressOfPng, encodePng } from '../inspect/png.ts'
import { noteHtml } from '../inspect/report/html.ts'
import { escapeText } from '../inspect/svg.ts'
import type { Model } from '../model/model.ts'
import { readCall } from './errors.ts'
import type { Findings, LookSection, Subject } from './lookSection.ts'
import { refused } from './options.ts'

interface FieldCall {
  readonly unitLayer?: string
  readonly at?: readonly [number, number]
}

export const fieldSection: LookSection<FieldCall> = {
  name: 'field',
  says: 'the receptive field of a unit on the image: what can reach it, and what does',
  ofImage: true,
  isDefault: false,
  define(command: Command) {
    command.addOption(new Option('--unit-layer <name>', 'the layer of the unit; default: the last map'))
    command.addOption(
      new Option('--at <row,column>', "the unit's place on its map; default: the middle").argParser(readPlace),
    )
  },
  look,
}

function readPlace(text: string): readonly [number, number] {
  const [, row, column] = /^\s*(\d+)\s*,\s*(\d+)\s*$/.exec(text) ?? []
  if (row === undefined || column === undefined) throw refused('--at', text, 'a row and a column from 0, such as 3,4')
  return [Number(row), Number(column)]
}

async function look(
  { model, image, terminal }: Subject,
  call: FieldCall,
  asked: boolean,
): Promise<Findings | undefined> {
  if (image === undefined) return undefined
  const layer = await readCall(() => layerOf(model, call.unitLayer, asked || call.at !== undefined))
  if (layer === undefined) return undefined
  const found = await readCall(() => effectiveField(model, image.values, layer, { position: call.at }))
  const { window, position, side } = found
  const png = encodePng(fieldPicture(image.picture, found))
  const text = `a unit of ${layer} at row ${position[0]}, column ${position[1]} sees ${window.height}×${window.width} pixels; what reaches it for this image fills about ${Math.round(side)}×${Math.round(side)}`
  return {
    title: 'Receptive field',
    text: terminal.wrap(text),
    html: `<div class="looks"><figure><img alt="${escapeText(text)}" src="${addressOfPng(png)}"></figure></div>${noteHtml(
      `${text}. The frame is the theoretical field, also where it begins outside of the image; the colors are the magnitude of the gradient (Luo et al. 2016).`,
    )}`,
    json: { layer, position, window, effectiveSide: side },
    files: [{ name: 'field.png', bytes: png }],
  }
}

/** By default the last map in front of the scores; undefined for a network without maps, unless the section was asked for. */
function layerOf(model: Model, layer: string | undefined, asked: boolean): string | undefined {
  if (layer !== undefined) return layer
  try {
    return mapLayer(model, logitsNode(model.network).node.name, undefined).node.name
  } catch (error) {
    if (asked || !(error instanceof NoMapError)) throw error
    return undefined
  }
}
