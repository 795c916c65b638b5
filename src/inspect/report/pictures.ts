/** The report's pictures: mistakes, augmented training pictures, the filters of the first layer. */

import type { Shape } from '../../core/shapes.ts'
import { filterTiles } from '../filters.ts'
import { type Picture, pngAddress } from '../png.ts'
import { escapeText } from '../svg.ts'
import { printCount } from '../units.ts'
import { noteHtml, scrolling, section } from './html.ts'

/** A picture and the wrong answer that it was given. */
export interface MistakenPicture {
  readonly picture: Picture
  readonly actual: string
  readonly predicted: string
  /** Of the predicted class, 0 to 1. */
  readonly probability: number
  /** Where the network saw the predicted class: Grad-CAM over the picture. */
  readonly map?: Picture | undefined
  /** The second most probable class. */
  readonly second?: { readonly label: string; readonly probability: number } | undefined
}

/** The mistakes of one class. */
export interface MistakenClass {
  readonly label: string
  /** Test pictures of the class that were looked at, and how many were predicted as another one. */
  readonly count: number
  readonly wrong: number
  readonly pictures: readonly MistakenPicture[]
}

/** The pictures that are hardest for a network. */
export interface HardPictures {
  /** With a wrong prediction, surest first. */
  readonly pictures: readonly MistakenPicture[]
  /** With two classes nearly as probable, closest first. */
  readonly unsure?: readonly MistakenPicture[] | undefined
  /** The largest share of mistakes first. */
  readonly classes?: readonly MistakenClass[] | undefined
  /** How many were looked at. */
  readonly among: number
  /** Why there are no maps, or not for all pictures. */
  readonly note?: string | undefined
}

/** A training picture as its file has it, and as the network sees it in one epoch. */
export interface SamplePicture {
  readonly original: Picture
  readonly augmented: Picture
  readonly label: string
}

const image = (picture: Picture, alt: string) =>
  `<img class="pixels" alt="${escapeText(alt)}" src="${pngAddress(picture)}">`
const named = (name: string) => `<span class="name" title="${escapeText(name)}">${escapeText(name)}</span>`

const percent = (share: number) => `<span class="quiet">${(100 * share).toFixed(1)} %</span>`

/** The picture, with its map beside it where there is one, what was predicted, and what it is. */
function mistakeHtml({ picture, map, actual, predicted, probability, second }: MistakenPicture): string {
  const isRight = actual === predicted
  const alt = isRight ? actual : `${actual}, predicted as ${predicted}`
  const shown =
    map === undefined
      ? image(picture, alt)
      : `<div class="both">${image(picture, alt)}${image(map, `Grad-CAM of ${predicted}`)}</div>`
  const next = second === undefined ? '' : `<div>${named(second.label)}${percent(second.probability)}</div>`
  return `<figure>${shown}<figcaption><div>${named(predicted)}${percent(probability)}</div>${next}<div><span class="quiet">${isRight ? 'right:' : 'actual'}</span>${named(actual)}</div></figcaption></figure>`
}

function galleryHtml(pictures: readonly MistakenPicture[]): string {
  const isMapped = pictures.some(({ map }) => map !== undefined)
  return `<div class="gallery${isMapped ? ' pairs-of' : ''}">${pictures.map(mistakeHtml).join('')}</div>`
}

/** Up to three sections; an empty text is none. */
export function mistakesSections(
  { pictures, unsure = [], classes = [], among, note }: HardPictures,
  count: number,
): readonly string[] {
  if (pictures.length === 0 && unsure.length === 0) return []
  const of = among < count ? `, among the first ${printCount(among)} test images` : ''
  const isMapped = [...pictures, ...unsure].some(({ map }) => map !== undefined)
  const maps = [
    ...(isMapped ? ['Beside an image: where the network saw the class that it predicted (Grad-CAM).'] : []),
    ...(note === undefined ? [] : [note]),
  ].join(' ')
  const surest =
    pictures.length === 0
      ? ''
      : section(
          'Most confident mistakes',
          galleryHtml(pictures.map(({ second: _, ...each }) => each)),
          noteHtml(`Test images with a wrong prediction, the highest probability first${of}. ${maps}`),
        )
  const closest =
    unsure.length === 0
      ? ''
      : section(
          'Least certain predictions',
          galleryHtml(unsure),
          noteHtml(`Test images with two classes that are nearly as probable, the closest first${of}. ${maps}`),
        )
  return [surest, closest, classMistakesSection(classes, of)]
}

/** Classes whose mistakes are shown; those of more would make the page too long. */
const mostClasses = 12

function classMistakesSection(classes: readonly MistakenClass[], of: string): string {
  if (classes.length < 2) return ''
  const shown = classes.slice(0, mostClasses)
  const items = shown.map(({ label, count, wrong, pictures }, index) => {
    const share = `${printCount(wrong)} of ${printCount(count)} wrong, ${((100 * wrong) / count).toFixed(1)} %`
    return `<details${index === 0 ? ' open' : ''}><summary>${named(label)}<span class="quiet">${share}</span></summary>${galleryHtml(pictures.map(({ second: _, ...each }) => each))}</details>`
  })
  const left =
    classes.length > shown.length ? ` ${printCount(classes.length - shown.length)} more classes have mistakes.` : ''
  return section(
    'Mistakes by class',
    ...items,
    noteHtml(
      `The classes with the largest share of mistakes${of}, and of each the mistakes that the network was surest of.${left}`,
    ),
  )
}

export function samplesSection(samples: readonly SamplePicture[], augmentation: string): string {
  const items = samples.map(
    ({ original, augmented, label }) =>
      `<figure><div class="both">${image(original, label)}${image(augmented, `${label}, augmented`)}</div><figcaption>${named(label)}</figcaption></figure>`,
  )
  return section(
    'Augmented training images',
    `<div class="gallery pairs-of">${items.join('')}</div>`,
    noteHtml(
      `Left: the image. Right: as the network saw it in the first epoch (${augmentation}). Each epoch draws new changes.`,
    ),
  )
}

/** A test picture, and what the network makes of it. */
export interface ReconstructedPicture {
  readonly original: Picture
  readonly reconstructed: Picture
}

export function reconstructionsSection(pictures: readonly ReconstructedPicture[]): string {
  const items = pictures.map(
    ({ original, reconstructed }, i) =>
      `<figure><div class="both">${image(original, `test image ${i}`)}${image(reconstructed, 'reconstructed')}</div></figure>`,
  )
  return section(
    'Reconstructions',
    `<div class="gallery pairs-of">${items.join('')}</div>`,
    noteHtml('The first test images. Left: the image. Right: what the network gives for it.'),
  )
}

export interface ShownFilters {
  readonly name: string
  /** [F, F, C, K] */
  readonly shape: Shape
  readonly values: ArrayLike<number>
  /** Whether its channels are blue, green, red. */
  readonly bgr?: boolean | undefined
}

export function filtersSection({ name, shape, values, bgr = false }: ShownFilters): string {
  const { picture, says } = filterTiles(values, shape, { bgr })
  const scale = Math.max(1, Math.min(12, Math.floor(1040 / picture.width)))
  const drawn = `<img class="pixels filters" width="${scale * picture.width}" height="${scale * picture.height}" alt="filters of ${escapeText(name)}" src="${pngAddress(picture)}">`
  return section(
    'First-layer filters',
    scrolling(drawn),
    noteHtml(`${name}: ${says}; each is scaled by its own largest weight; middle gray is 0.`),
  )
}
