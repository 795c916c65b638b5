/**
 * The images of a data set that excite each unit most, with the window of the image that its receptive field covers
 * (Zeiler and Fergus 2014, figure 2; Girshick et al. 2014, section 3.1).
 */

import { ArgumentError } from '../core/errors.ts'
import { checkIndices, checkWhole } from '../core/numbers.ts'
import { checkOptions } from '../core/options.ts'
import type { Volume } from '../core/shapes.ts'
import type { Split } from '../data/dataset.ts'
import type { Model } from '../model/model.ts'
import { type ReceptiveField, receptiveFields } from '../network/receptiveField.ts'
import { inferVolumes } from '../network/volumes.ts'
import { layersNamed, type StreamOptions, splitStream, streamLayers, streamOptionNames } from './layerStream.ts'

export interface TopPatchesOptions extends StreamOptions {
  /** Images for each unit. Default 9. */
  readonly most?: number | undefined
  /** Channels of the layer. Default: all. */
  readonly channels?: readonly number[] | undefined
}

/** A part of an image, in pixels: what of the receptive field lies on the image. */
export interface Patch {
  readonly top: number
  readonly left: number
  readonly height: number
  readonly width: number
}

export interface TopPatch extends Patch {
  /** Number of the image in the split. */
  readonly index: number
  /** The activation. */
  readonly value: number
  /** Position in the layer's map. */
  readonly row: number
  readonly column: number
}

/** A channel of the layer, and what excites it most, strongest first; an image is there once, where it excites most. */
export interface UnitPatches {
  readonly channel: number
  readonly patches: readonly TopPatch[]
}

export interface TopPatches {
  readonly layer: string
  readonly volume: Volume
  readonly images: number
  readonly field: ReceptiveField
  readonly units: readonly UnitPatches[]
}

/**
 * Throws `ArgumentError` for a layer that does not exist, a pattern that matches several, and channels that it does not have;
 * `DataMismatchError` for images of another size. Values that are NaN or 0 excite nothing: a
 * dead unit has no patches.
 */
export async function topPatches(
  model: Model,
  split: Split,
  layer: string,
  options: TopPatchesOptions = {},
): Promise<TopPatches> {
  checkOptions<TopPatchesOptions>('topPatches', options, { ...streamOptionNames, most: true, channels: true })
  const { most = 9 } = options
  checkWhole('most', most, 1, 1000)
  const [name = '', ...others] = layersNamed(model, [layer], 'topPatches')
  if (others.length > 0) {
    throw new ArgumentError('topPatches takes one layer', {
      received: `${layer}, which matches ${[name, ...others].slice(0, 8).join(', ')}`,
      expected: 'the name of one',
    })
  }
  const nodes = inferVolumes(model.network)
  const volume = nodes.find(({ node }) => node.name === name)?.output as Volume
  const field = receptiveFields(nodes).get(name) as ReceptiveField
  const channels = checkChannels(options.channels, volume)
  const images = splitStream(model, split, options)
  const best = channels.map(() => [] as Found[])
  await streamLayers(model, images, [name], options, ({ data, first, count }) => {
    const size = data.length / count
    for (let i = 0; i < count; i++)
      channels.forEach((channel, at) => {
        let [value, place] = [Number.NEGATIVE_INFINITY, -1]
        for (let unit = channel; unit < size; unit += volume.channels) {
          const one = data[i * size + unit] as number
          if (one > value) [value, place] = [one, unit]
        }
        // After a ReLU, 0 is no excitement.
        if (place >= 0 && value !== 0)
          keep(best[at] as Found[], { index: first + i, value, position: Math.floor(place / volume.channels) }, most)
      })
  })
  const units = channels.map(
    (channel, at): UnitPatches => ({
      channel,
      patches: (best[at] as Found[]).map(({ index, value, position }) => {
        const [row, column] = [Math.floor(position / volume.width), position % volume.width]
        return { index, value, row, column, ...patchOf(field, model.input, row, column) }
      }),
    }),
  )
  return { layer: name, volume, images: images.count, field, units }
}

interface Found {
  readonly index: number
  readonly value: number
  readonly position: number
}

/** Strongest first; of equal ones the earlier image. */
function keep(list: Found[], found: Found, most: number): void {
  const last = list.at(-1)
  if (list.length === most && last !== undefined && !(found.value > last.value)) return
  const at = list.findIndex(({ value }) => found.value > value)
  list.splice(at < 0 ? list.length : at, 0, found)
  if (list.length > most) list.pop()
}

/** The window of the image that a position of the layer sees; at least one pixel. */
function patchOf({ size, stride, start }: ReceptiveField, input: Volume, row: number, column: number): Patch {
  const axis = (index: 0 | 1, position: number, side: number) => {
    const first = Math.floor(start[index] + position * stride[index])
    const from = Math.max(0, Math.min(side - 1, first))
    const end = Math.max(from + 1, Math.min(side, first + size[index]))
    return [from, end - from] as const
  }
  const [top, height] = axis(0, row, input.height)
  const [left, width] = axis(1, column, input.width)
  return { top, left, height, width }
}

function checkChannels(asked: readonly number[] | undefined, { channels }: Volume): readonly number[] {
  if (asked === undefined) return Array.from({ length: channels }, (_, channel) => channel)
  return checkIndices('channel', asked, channels)
}
