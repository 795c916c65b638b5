/** The strongest map of each volume that is drawn, as small images for the sides of the slabs. */

import { scaleOf, type Theme } from '../look/colors.ts'
import { mapPixels, paint } from '../look/draw.ts'
import type { LayerGlance } from '../look/messages.ts'
import type { Group } from './groups.ts'

export interface SideMap {
  readonly rows: number
  readonly columns: number
  /** A data URL. */
  readonly address: string
}

/** Of more groups than these, drawing all maps a few times a second would be felt. */
const mostGroups = 100

/** By the name of the group's first layer. What works in place is the last word: after a ReLU, its map is drawn. */
export function mapsOn(
  groups: readonly Group[],
  glances: readonly LayerGlance[],
  theme: Theme,
): ReadonlyMap<string, SideMap> {
  const found = new Map<string, SideMap>()
  if (groups.length > mostGroups) return found
  const byLayer = new Map(glances.map((glance) => [glance.layer, glance]))
  const canvas = document.createElement('canvas')
  for (const { first, layers } of groups) {
    const glance = layers.map(({ name }) => byLayer.get(name)).findLast((each) => each !== undefined)
    if (glance === undefined || glance.volume.height * glance.volume.width === 1) continue
    const { rows, columns, values } = glance.map
    if (glance.volume.height !== first.output.height) continue
    paint(canvas, mapPixels(glance.map, scaleOf(values), theme))
    found.set(first.name, { rows, columns, address: canvas.toDataURL() })
  }
  return found
}
