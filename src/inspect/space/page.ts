/** A feature space as one HTML page that needs nothing else: thumbnails where their features lie, and the nearest of each. */

import { ArgumentError } from '../../core/errors.ts'
import { counted } from '../../core/text.ts'
import { type Picture, pngAddress } from '../png.ts'
import { escapeText } from '../svg.ts'
import { gridPlaces } from './grid.ts'
import { script, scriptHash } from './script.ts'
import { style } from './style.ts'
import { thumbnailSheet } from './thumbnails.ts'

export interface SpaceImage {
  readonly picture: Picture
  /** Its class, or a name. */
  readonly label: string
  /** A line more: what the model predicts. */
  readonly says?: string
  /** Number of the class, for the color of its frame. */
  readonly group?: number
}

export interface SpaceMap {
  /** On the tab: `UMAP`. */
  readonly name: string
  /** [n, 2] */
  readonly points: ArrayLike<number>
  /** One sentence: what the map shows. */
  readonly says?: string
}

export interface SpacePage {
  readonly title: string
  readonly subtitle: string
  readonly images: readonly SpaceImage[]
  readonly maps: readonly SpaceMap[]
  /** [n]: of each image, the nearest ones by their features. */
  readonly neighbors?: readonly (readonly { readonly index: number; readonly distance: number }[])[]
  /** Names of the groups, for the legend. */
  readonly groups?: readonly string[]
  readonly remarks?: readonly string[]
}

/** More thumbnails would be specks, and the page large. */
const mostImages = 1000
/** A legend of more has no colors that can be told apart; frames then have none. */
const mostGroups = 12

const groupColors = [
  ...['#3b82f6', '#f08a24', '#1f9d6b', '#e5484d', '#8b5cf6', '#d4a72c'],
  ...['#0ea5b7', '#d6409f', '#7c8b2f', '#8d6e63', '#64748b', '#84cc16'],
]

/** Throws `ArgumentError` for no images, more than 1,000, or maps with another number of points. */
export function spacePage({ title, subtitle, images, maps, neighbors, groups = [], remarks = [] }: SpacePage): string {
  check(images.length, maps)
  const side = images.length > 400 ? 32 : images.length > 150 ? 56 : 96
  const across = Math.ceil(Math.sqrt(images.length))
  const sheet = thumbnailSheet(
    images.map(({ picture }) => picture),
    side,
    across,
  )
  const isColored = groups.length > 0 && groups.length <= mostGroups
  const colorOf = (group: number | undefined) => (isColored && group !== undefined ? `;--c:${groupColors[group]}` : '')
  const points = images.map(
    ({ group }, index) => `<i style="--u:${index % across};--v:${Math.floor(index / across)}${colorOf(group)}"></i>`,
  )
  const drawn = [...maps.map((map) => placed(map, images.length)), gridded(maps[0] as SpaceMap)]
  const legend = isColored
    ? `<div class="legend" role="group" aria-label="Classes">${groups.map((name, index) => `<button type="button" aria-pressed="false" style="--c:${groupColors[index]}">${escapeText(name)}</button>`).join('')}</div>`
    : ''
  const data = {
    images: images.map(({ label, says = '', group }) => ({ label, says, group })),
    maps: drawn.map(({ points: places, says, size }) => ({ points: places, says, size })),
    neighbors: images.map((_, index) =>
      (neighbors?.[index] ?? []).map(({ index: near, distance }) => [near, distance.toFixed(3)]),
    ),
  }
  const policy = `default-src 'none'; img-src data:; style-src 'unsafe-inline'; script-src '${scriptHash}'`
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<title>${escapeText(title)}</title>
<style>.stage i, .large { background-image: url(${pngAddress(sheet.picture)}); } :root { --across: ${across}; --last-u: ${Math.max(1, across - 1)}; --last-v: ${Math.max(1, Math.ceil(images.length / across) - 1)}; }${style}</style>
</head>
<body>
<main>
<header><div><h1>${escapeText(title)}</h1><p class="quiet">${escapeText(subtitle)}</p></div>
<div class="tabs" role="group" aria-label="Map">${drawn.map(({ name }) => `<button type="button" aria-pressed="false">${escapeText(name)}</button>`).join('')}</div></header>
<div class="layout">
<div><div class="stage" tabindex="0" role="group" aria-label="Images where their features lie; the arrow keys choose one">${points.join('')}</div>${legend}</div>
<aside><div class="detail" aria-live="polite"></div></aside>
</div>
<p class="quiet small says"></p>
${remarks.length === 0 ? '' : `<ul class="remarks">${remarks.map((remark) => `<li>${escapeText(remark)}</li>`).join('')}</ul>`}
<footer class="quiet small">Point at an image, or choose one with the arrow keys. Written by Lenslet. This page is complete: it loads nothing.</footer>
</main>
<script type="application/json" id="space">${JSON.stringify(data).replaceAll('<', '\\u003c')}</script>
<script>${script}</script>
</body>
</html>
`
}

function check(count: number, maps: readonly SpaceMap[]): void {
  if (count < 1 || count > mostImages) {
    throw new ArgumentError('this many images cannot be shown', {
      received: counted(count, 'image'),
      expected: `1 to ${mostImages}`,
    })
  }
  if (maps.length > 0 && maps.every(({ points }) => points.length === 2 * count)) return
  throw new ArgumentError('the maps do not fit the images', {
    received:
      maps.length === 0 ? 'no map' : maps.map(({ name, points }) => `${name}: ${points.length} values`).join(', '),
    expected: `at least one map, ${2 * count} values each`,
  })
}

interface Drawn {
  readonly name: string
  readonly says: string
  /** Percent of the stage, [n, 2]. */
  readonly points: readonly number[]
  /** Side of a thumbnail, as CSS. */
  readonly size: string
}

const round = (value: number) => Math.round(100 * value) / 100

/** Scaled to the stage, with room for the thumbnails at its edges. */
function placed({ name, points, says = '' }: SpaceMap, count: number): Drawn {
  const side = (axis: 0 | 1) => {
    const values = Array.from({ length: count }, (_, index) => points[2 * index + axis] as number)
    const least = values.reduce((a, b) => Math.min(a, b))
    const range = values.reduce((a, b) => Math.max(a, b)) - least
    return values.map((value) => (range > 0 ? 4 + (92 * (value - least)) / range : 50))
  }
  const [xs, ys] = [side(0), side(1)]
  // Up is up.
  const places = xs.flatMap((x, index) => [round(x), round(100 - (ys[index] as number))])
  return { name, says, points: places, size: count > 400 ? '24px' : count > 120 ? '32px' : '44px' }
}

function gridded({ name, points }: SpaceMap): Drawn {
  const flipped = Array.from(points, (value, index) => (index % 2 === 0 ? value : -value))
  const { columns, rows, cells } = gridPlaces(flipped)
  const places = cells.flatMap((cell) => [
    round((100 * ((cell % columns) + 0.5)) / columns),
    round((100 * (Math.floor(cell / columns) + 0.5)) / rows),
  ])
  const says = `Every image has a cell of its own: in columns by the first axis of ${name}, each column by the second.`
  return {
    name: 'Grid',
    says,
    points: places,
    size: `max(12px, min(${round(64 / columns)}vw, 56px, ${round(700 / columns)}px) - 6px)`,
  }
}
