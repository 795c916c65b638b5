/** What the weights of a model look like: filters as tiles, distributions, gradients, units that are dead. */

import { ArgumentError } from 'lenslet/core'
import { readPictures, type Split } from 'lenslet/data'
import { deadUnits, gradientStatistics, weightStatistics } from 'lenslet/insight'
import type { Model } from 'lenslet/model'
import { fitting, valuesOf } from './images.ts'
import type { DeadLook, FiltersLook, LookedAt, StatisticsLook } from './messages.ts'
import type { Subject } from './twin.ts'

/** Tiles that are sent: a row of channels for each filter, unless they are colors. Of filters of 1×1 a tile is one cell. */
const most = { tiles: 256, channels: 16 }
const mostCells = { tiles: 4096, channels: 64 }

export function filtersOf({ model }: Subject, layer: string): Omit<FiltersLook, keyof LookedAt> {
  const row = weightStatistics(model, { layers: [layer], bins: 1 }).find(
    ({ shape, filters }) => shape.length === 4 && filters,
  )
  if (row?.filters === undefined)
    throw new ArgumentError(`${layer} has no filters`, { expected: 'a convolution or a fully connected layer' })
  const [rows = 1, columns = 1, depth = 1, count = 1] = row.shape
  const [input] = model.network.nodes
  const node = model.network.nodes.find(({ name }) => name === layer)
  const seesImage = node?.inputs[0] === input?.name && depth === model.input.channels
  const isColor = seesImage && depth === 3
  const limit = rows * columns === 1 ? mostCells : most
  const channels = isColor ? 3 : Math.min(depth, limit.channels)
  const filters = Math.min(count, Math.max(1, Math.floor(limit.tiles / (isColor ? 1 : channels))))
  const all = model.weights.get(row.name)
  const values = new Float32Array(filters * channels * rows * columns)
  let at = 0
  for (let filter = 0; filter < filters; filter++)
    for (let channel = 0; channel < channels; channel++)
      for (let tap = 0; tap < rows * columns; tap++)
        values[at++] = all[(tap * depth + channel) * count + filter] as number
  return {
    ...{ name: row.name, shape: row.shape, filters, channels, values, seesImage },
    bgr: model.info.normalization?.colors === 'bgr',
    norms: row.filters.norms,
    dead: row.filters.dead,
  }
}

/** As many images as give steady numbers and still take a fraction of a second. */
const batch = 32
const images = 200

export async function statisticsOf({ model, data }: Subject): Promise<Omit<StatisticsLook, keyof LookedAt>> {
  const train = fitting(data, 'train', model.input)
  const test = fitting(data, 'test', model.input) ?? train
  const gradients = train && isLabelled(model, train, data?.classes) ? await gradientsOf(model, train) : undefined
  const byName = new Map(gradients?.weights.map((row) => [row.name, row]))
  const weights = weightStatistics(model).map((row) => {
    const { name, layer, shape, mean, deviation, norm, zeros, count, notFinite, histogram } = row
    const gradient = byName.get(name)
    return {
      name,
      layer,
      shape,
      mean,
      deviation,
      norm,
      zeros,
      count,
      notFinite,
      histogram,
      ...(gradient && { gradient }),
    }
  })
  const dead = test === undefined ? [] : await deadOf(model, test)
  return {
    weights,
    ...(gradients !== undefined && { loss: gradients.loss }),
    batch: Math.min(batch, train?.count ?? 0),
    images: Math.min(images, test?.count ?? 0),
    dead,
  }
}

/** Whether labels of the data are the model's: the same classes in the same order. */
function isLabelled({ info, output }: Model, { targets }: Split, classes: readonly string[] = []): boolean {
  if (targets !== undefined || output.height * output.width !== 1) return false
  const own = info.classes ?? classes
  return (
    own.length === classes.length &&
    own.every((name, index) => name === classes[index]) &&
    classes.length <= output.channels
  )
}

async function gradientsOf(model: Model, split: Split) {
  const count = Math.min(batch, split.count)
  // Spread over the split, which may be sorted by class.
  const indexes = Array.from({ length: count }, (_, index) => Math.floor((index * split.count) / count))
  const { images: bytes } = await readPictures(split, indexes)
  const labels = indexes.map((index) => split.labels[index] as number)
  return gradientStatistics(model, await valuesOf(model, bytes), labels)
}

/** None where the network has no ReLU or the like. */
async function deadOf(model: Model, split: Split): Promise<readonly DeadLook[]> {
  if (model.info.normalization === undefined) return []
  const rows = await deadUnits(model, split, { among: images, memory: 2 ** 26 }).catch((error: unknown) => {
    if (error instanceof ArgumentError) return []
    throw error
  })
  return rows.map(({ layer, volume, dead, deadChannels, active }) => ({
    ...{ layer, dead, deadChannels, active },
    units: volume.height * volume.width * volume.channels,
    channels: volume.channels,
  }))
}
