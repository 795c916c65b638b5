/** `lenslet look`, section maps: what matters in the image. */

import { type Command, Option } from 'commander'
import { printVolume } from '../core/shapes.ts'
import { closest } from '../core/suggest.ts'
import { channelOffset } from '../data/normalization.ts'
import { npyParts } from '../exchange/numpy/npy.ts'
import { explain } from '../insight/attribution/explain.ts'
import type { Completeness, IntegratedGradients } from '../insight/attribution/integratedGradients.ts'
import { NoMapError } from '../insight/attribution/layer.ts'
import type { AttributionMaps } from '../insight/attribution/maps.ts'
import { type AttributionName, attributionMethods } from '../insight/attribution/methods.ts'
import { type Prediction, topPredictions } from '../insight/predictions.ts'
import type { TextTable } from '../inspect/costTable.ts'
import { gradientPicture, mapOverlay } from '../inspect/maps/mapPicture.ts'
import { spread } from '../inspect/maps/spread.ts'
import { addressOfPng, encodePng, type Picture } from '../inspect/png.ts'
import { listHtml, tableHtml } from '../inspect/report/html.ts'
import { escapeText } from '../inspect/svg.ts'
import { printPercent } from '../inspect/units.ts'
import { storedTensor } from '../model/safetensors/tensor.ts'
import { GradientError } from '../plan/errors.ts'
import { readCall, UsageError } from './errors.ts'
import type { Findings, LookFile, LookSection, Subject } from './lookSection.ts'
import { number, whole } from './options.ts'

interface MapsCall {
  readonly maps?: readonly AttributionName[]
  readonly target?: string
  readonly layer?: string
  readonly samples?: number
  readonly noise?: number
  readonly steps?: number
  readonly window?: number
  readonly stride?: number
  readonly channels?: number
  readonly value?: number
}

const names = Object.keys(attributionMethods) as AttributionName[]
const usual: readonly AttributionName[] = ['gradCam', 'gradient', 'guidedBackprop']

export const mapsSection: LookSection<MapsCall> = {
  name: 'maps',
  says: 'what matters in the image: maps by gradients, by class activations and by occlusion',
  ofImage: true,
  isDefault: true,
  define(command: Command) {
    const options = [
      new Option('--maps <list>', `${names.join(', ')}, or all; default: ${usual.join(',')}`).argParser(readMaps),
      new Option('--target <class>', 'the class to explain: a name or an index; default: the top class'),
      new Option('--layer <name>', 'whose map the CAMs show; default: the last one'),
      new Option('--samples <n>', 'noisy copies for smoothGrad; default 25').argParser(whole('--samples', 1)),
      new Option('--noise <share>', "its noise, as a share of the image's range; default 0.15").argParser(
        number('--noise'),
      ),
      new Option('--steps <n>', 'points for integratedGradients; default 64').argParser(whole('--steps', 1)),
      new Option('--window <n>', "pixels that occlusion hides; default: a seventh of the image's side").argParser(
        whole('--window', 1),
      ),
      new Option('--stride <n>', 'pixels from a window to the next; default: half the window').argParser(
        whole('--stride', 1),
      ),
      new Option('--value <x>', 'the normalized value in the window; default 0').argParser(number('--value')),
      new Option('--channels <n>', 'channels that scoreCam tries; default: all').argParser(whole('--channels', 1)),
    ]
    for (const option of options) command.addOption(option)
  },
  look,
}

function readMaps(text: string): readonly AttributionName[] {
  if (text.trim() === 'all') return names
  return text.split(',').map((word) => {
    const found = names.find((name) => name.toLowerCase() === word.trim().toLowerCase())
    if (found !== undefined) return found
    const near = closest(word.trim(), names)
    throw new UsageError('the value of --maps is invalid', {
      received: text,
      expected: `some of ${names.join(', ')}, with commas between them, or all`,
      ...(near === undefined ? {} : { advice: `did you mean ${near}?` }),
    })
  })
}

/** A map with what is drawn of it. */
interface DrawnMap {
  readonly name: AttributionName
  readonly found: AttributionMaps
  /** As PNG. */
  readonly overlay: Uint8Array
  /** In the image's colors. */
  readonly colored?: Uint8Array
}

async function look(subject: Subject, call: MapsCall): Promise<Findings | undefined> {
  const { model, image } = subject
  if (image === undefined) return undefined
  const { height, width } = model.output
  if (height * width !== 1)
    throw new UsageError('the network of this model does not classify images', {
      received: `scores for each position of a map, ${printVolume(model.output)}`,
      expected: '1×1×classes',
      advice: 'lenslet look --show with another section',
    })
  const target = call.target === undefined ? {} : { target: targetOf(call.target, model.info.classes) }
  const { layer } = call
  // One pass gives the scores and two of the usual maps.
  const first = await readCall(() => explain(model, image.values, { ...target, ...(layer !== undefined && { layer }) }))
  const known = { gradient: first.gradient, gradCam: first.gradCam }
  const top = topPredictions(model, first.scores, 5)
  const drawn: DrawnMap[] = []
  const left: string[] = []
  for (const name of call.maps ?? usual) {
    try {
      drawn.push(draw(subject, name, known[name as keyof typeof known] ?? (await make(subject, call, target, name))))
    } catch (error) {
      // A usual map that this model cannot have is no error.
      if (call.maps !== undefined || call.layer !== undefined || !isImpossible(error)) throw error
      left.push(`${attributionMethods[name].title} is left out: ${error.message.split('\n')[0]}.`)
    }
  }
  return findings(subject, top, drawn, left)
}

const isImpossible = (error: unknown): error is Error => error instanceof GradientError || error instanceof NoMapError

function make(
  { model, image, progress }: Subject,
  { layer, samples, noise, steps, window, stride, channels, value }: MapsCall,
  target: { readonly target?: number | string },
  name: AttributionName,
): Promise<AttributionMaps> {
  const { map, title } = attributionMethods[name]
  return readCall(() =>
    map(model, image?.values as Float32Array, {
      ...{ layer, samples, noise, steps, window, stride, channels, value },
      ...target,
      progress: (done, all) => progress(title, done, all),
    }),
  )
}

function draw({ model, image }: Subject, name: AttributionName, found: AttributionMaps): DrawnMap {
  const { signed, colored } = attributionMethods[name]
  const one = { shape: found.shape.slice(1), data: found.data }
  const offset = model.info.normalization === undefined ? 0 : channelOffset(model.info.normalization)
  return {
    name,
    found,
    overlay: encodePng(mapOverlay(image?.picture as Picture, one, { signed })),
    ...(colored && { colored: encodePng(gradientPicture(one, offset)) }),
  }
}

/** A whole number is an index, unless a class has it as its name. */
function targetOf(text: string, classes: readonly string[] | undefined): number | string {
  return classes?.includes(text) !== true && /^\d+$/.test(text) ? Number(text) : text
}

function findings(
  { image, terminal }: Subject,
  top: readonly Prediction[],
  drawn: readonly DrawnMap[],
  left: readonly string[],
): Findings {
  const size = image?.picture as Picture
  const [explained] = drawn.flatMap(({ found }) => found.explained)
  const remarks = [...drawn.flatMap(remarksOf), ...left]
  const predictions = `predicted: ${top.map(({ label, probability }) => `${label} ${printPercent(probability)}`).join(', ')}`
  const what = explained === undefined ? [] : [`explained: ${explained.label}`]
  const table = tableOf(drawn, size)
  return {
    title: 'What matters in the image',
    text: [
      ...[predictions, ...what].map((line) => terminal.wrap(line)),
      ...(drawn.length === 0 ? [] : ['', terminal.table(table)]),
      ...(remarks.length === 0 ? [] : ['', ...remarks.map((remark) => terminal.wrap(`note: ${remark}`))]),
    ].join('\n'),
    html: [
      `<p>${escapeText([predictions, ...what].join('; '))}</p>`,
      `<div class="looks">${figureHtml(encodePng(size), 'the image', '')}${drawn.map(drawnHtml).join('')}</div>`,
      tableHtml(table),
      listHtml(remarks),
    ].join(''),
    json: {
      top,
      explained,
      maps: drawn.map(({ name, found }) => ({
        map: name,
        ...jsonOf(name, found),
        array: `${name}.npy`,
        picture: `${name}.png`,
      })),
      notes: remarks,
    },
    files: drawn.flatMap(filesOf),
  }
}

/** Where the half of a map lies. */
const spreadOf = (name: AttributionName, { shape, data }: AttributionMaps) =>
  spread({ shape: shape.slice(1), data }, { signed: attributionMethods[name].signed })

function tableOf(drawn: readonly DrawnMap[], image: Picture): TextTable {
  return {
    columns: [
      { title: 'map', align: 'left' },
      { title: 'half of it in', align: 'right' },
      { title: 'around', align: 'left' },
      { title: 'shows', align: 'left', drop: 1 },
    ],
    rows: drawn.map(({ name, found }) => {
      const { title, says } = attributionMethods[name]
      const place = spreadOf(name, found)
      if (place === undefined) return [title, '–', 'zero everywhere', says]
      const at = `row ${Math.round(place.row * image.height)}, column ${Math.round(place.column * image.width)}`
      return [title, `${printPercent(place.share)} of the image`, at, says]
    }),
  }
}

/** What a reader must know of a map. */
function remarksOf({ name, found }: DrawnMap): readonly string[] {
  const { title } = attributionMethods[name]
  const layer = 'layer' in found ? [`${title} is of ${found.layer}, a map of ${found.shape.slice(1).join('×')}`] : []
  if (!('completeness' in found)) return layer
  const [{ sum, difference, gap }] = (found as IntegratedGradients).completeness as [Completeness]
  const more = gap > 0.05 ? '; more --steps bring them closer' : ''
  const numbers = `its values add up to ${sum.toFixed(3)}, the scores differ by ${difference.toFixed(3)}`
  return [`${title}: ${numbers}, ${printPercent(gap)} apart${more}`]
}

function jsonOf(name: AttributionName, found: AttributionMaps): object {
  const { data: _data, explained: _explained, shape, ...rest } = found
  return { shape: shape.slice(1), ...rest, half: spreadOf(name, found) ?? null }
}

function figureHtml(png: Uint8Array, title: string, paper: string): string {
  const caption = `${escapeText(title)}${paper === '' ? '' : `<br><span class="quiet">${escapeText(paper)}</span>`}`
  return `<figure><img alt="${escapeText(title)}" src="${addressOfPng(png)}"><figcaption>${caption}</figcaption></figure>`
}

function drawnHtml({ name, overlay, colored }: DrawnMap): string {
  const { title, paper } = attributionMethods[name]
  return (
    figureHtml(overlay, title, paper) + (colored === undefined ? '' : figureHtml(colored, `${title}, in colors`, paper))
  )
}

function filesOf({ name, found, overlay, colored }: DrawnMap): readonly LookFile[] {
  const { data, shape } = found
  const bytes = new Uint8Array(data.buffer, data.byteOffset, data.byteLength)
  const array = storedTensor(name, { dtype: 'F32', shape: shape.slice(1), from: 0, to: bytes.length }, bytes)
  return [
    { name: `${name}.png`, bytes: overlay },
    ...(colored === undefined ? [] : [{ name: `${name}-colors.png`, bytes: colored }]),
    { name: `${name}.npy`, bytes: joined(npyParts(array)) },
  ]
}

function joined(parts: readonly Uint8Array[]): Uint8Array {
  return Buffer.concat(parts)
}
