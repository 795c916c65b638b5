/** The report's pictures: mistakes, augmented training pictures, the filters of the first layer. */

import type { Shape } from '../../core/shapes.ts'
import { filtersPicture } from '../filters.ts'
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

export function mistakesSection(pictures: readonly MistakenPicture[], among: number, count: number): string {
  if (pictures.length === 0) return ''
  const items = pictures.map(
    ({ picture, actual, predicted, probability }) =>
      `<figure>${image(picture, `${actual}, predicted as ${predicted}`)}<figcaption><div>${named(predicted)}<span class="quiet">${(100 * probability).toFixed(1)} %</span></div><div><span class="quiet">actual</span>${named(actual)}</div></figcaption></figure>`,
  )
  const note = `Test images with a wrong prediction, the highest probability first${among < count ? `, among the first ${printCount(among)} test images` : ''}.`
  return section('Most confident mistakes', `<div class="gallery">${items.join('')}</div>`, noteHtml(note))
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

export interface ShownFilters {
  readonly name: string
  /** [F, F, C, K] */
  readonly shape: Shape
  readonly values: ArrayLike<number>
}

export function filtersSection({ name, shape, values }: ShownFilters): string {
  const picture = filtersPicture(values, shape)
  const scale = Math.max(1, Math.min(12, Math.floor(1040 / picture.width)))
  const [rows, columns, depth, count] = shape
  const drawn = `<img class="pixels filters" width="${scale * picture.width}" height="${scale * picture.height}" alt="filters of ${escapeText(name)}" src="${pngAddress(picture)}">`
  return section(
    'First-layer filters',
    scrolling(drawn),
    noteHtml(
      `${name}: ${count} filters of ${rows}×${columns}×${depth}, each scaled by its own largest weight; middle gray is 0.`,
    ),
  )
}
