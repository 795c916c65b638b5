/** The strongest map of each volume that is drawn, as small images for the sides of the slabs. */

import { sameVolume } from 'lenslet/core'
import { scaleOf, type Theme } from '../look/colors.ts'
import { imagePixels, mapPixels, type Pixels, paint } from '../look/draw.ts'
import type { ActivationsLook } from '../look/messages.ts'
import type { Group } from './groups.ts'

export interface SideMap {
  readonly rows: number
  readonly columns: number
  /** A data URL. */
  readonly address: string
}

/** Of more groups than these, drawing all maps a few times a second would be felt. */
const mostGroups = 100

/**
 * By the name of the group's first layer. What works in place is the last word: after a ReLU, its map is drawn. The input
 * carries the image itself.
 */
export function mapsOn(
  groups: readonly Group[],
  { image, layers: glances }: Pick<ActivationsLook, 'image' | 'layers'>,
  theme: Theme,
): ReadonlyMap<string, SideMap> {
  const found = new Map<string, SideMap>()
  if (groups.length > mostGroups) return found
  const byLayer = new Map(glances.map((glance) => [glance.layer, glance]))
  const canvas = document.createElement('canvas')
  const add = (name: string, pixels: Pixels) => {
    paint(canvas, pixels)
    found.set(name, { rows: pixels.height, columns: pixels.width, address: canvas.toDataURL() })
  }
  for (const { first, layers } of groups) {
    const { height, width } = first.output
    if (height * width === 1) continue
    if (first.sources.length === 0 && sameVolume(first.output, image.volume)) {
      add(first.name, imagePixels(image.bytes, image.volume))
      continue
    }
    const glance = layers.map(({ name }) => byLayer.get(name)).findLast((each) => each !== undefined)
    if (glance === undefined || glance.volume.height !== height || glance.volume.width !== width) continue
    add(first.name, mapPixels(glance.map, scaleOf(glance.map.values), theme))
  }
  return found
}
