/**
 * Units that never activate over a data set. A ReLU whose input is never positive gets no gradient, so it stays that way:
 * it is "dead" (CS231n notes, "Commonly used activation functions").
 */

import { ArgumentError } from '../core/errors.ts'
import { checkOptions } from '../core/options.ts'
import { type Volume, volumeSize } from '../core/shapes.ts'
import type { Split } from '../data/dataset.ts'
import type { Model } from '../model/model.ts'
import type { Network } from '../network/network.ts'
import { type ActivationRow, activations } from '../ops/pointwise/table.ts'
import { layersNamed, type StreamOptions, splitStream, streamLayers, streamOptionNames } from './layerStream.ts'

export interface DeadUnitsOptions extends StreamOptions {
  /** Layers by name or pattern. Default: every ReLU and what else is 0 for all negative values. */
  readonly layers?: readonly string[] | undefined
}

/** Of one layer, over all images that were run. */
export interface DeadUnits {
  readonly layer: string
  readonly volume: Volume
  readonly images: number
  /** Units, one for each position of each channel, that were never above 0. */
  readonly dead: number
  /** Of all units of the layer. */
  readonly share: number
  /** Channels that were above 0 nowhere: filters that do nothing. */
  readonly deadChannels: readonly number[]
  /** Mean share of the units that are above 0 for an image: 1 − sparsity. */
  readonly active: number
}

/**
 * A row for each layer, in the network's order. Images run in batches; memory does not grow with their number.
 * Throws `ArgumentError` for a network without such layers or a layer that does not exist, and `DataMismatchError`.
 */
export async function deadUnits(
  model: Model,
  split: Split,
  options: DeadUnitsOptions = {},
): Promise<readonly DeadUnits[]> {
  checkOptions<DeadUnitsOptions>('deadUnits', options, { ...streamOptionNames, layers: true })
  const layers = layersNamed(model, options.layers ?? rectifiersOf(model.network), 'deadUnits')
  const images = splitStream(model, split, options)
  const found = new Map<string, { volume: Volume; alive: Uint8Array; active: number }>()
  await streamLayers(model, images, layers, options, ({ layer, volume, data, count }) => {
    const size = volumeSize(volume)
    const seen = found.get(layer) ?? { volume, alive: new Uint8Array(size), active: 0 }
    found.set(layer, seen)
    for (let i = 0; i < count; i++)
      for (let unit = 0; unit < size; unit++) {
        if (!((data[i * size + unit] as number) > 0)) continue
        seen.alive[unit] = 1
        seen.active++
      }
  })
  return [...found].map(([layer, { volume, alive, active }]): DeadUnits => {
    const channels = new Uint8Array(volume.channels)
    let dead = 0
    alive.forEach((is, unit) => {
      if (is === 1) channels[unit % volume.channels] = 1
      else dead++
    })
    return {
      layer,
      volume,
      images: images.count,
      dead,
      share: dead / alive.length,
      deadChannels: [...channels.keys()].filter((channel) => channels[channel] === 0),
      active: active / (alive.length * images.count),
    }
  })
}

/** Activations that give 0 for every negative value: ReLU, ReLU6. Throws `ArgumentError` where there is none. */
function rectifiersOf({ nodes }: Network): readonly string[] {
  const rows: Readonly<Record<string, ActivationRow>> = activations
  const names = nodes
    .filter(({ type }) => Object.hasOwn(rows, type) && rows[type]?.bounds?.[0] === 0)
    .map(({ name }) => name)
  if (names.length > 0) return names
  throw new ArgumentError('the network has no ReLU', {
    received: `layers of the types ${[...new Set(nodes.map(({ type }) => type))].join(', ')}`,
    expected: 'a layer that is 0 for negative values',
    advice: 'name layers by the option layers; a unit is then dead if it is never above 0',
  })
}
