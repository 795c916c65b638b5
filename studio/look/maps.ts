/** Activations as maps that are small enough to be sent and drawn many times a second. */

import type { Volume } from 'lenslet/core'
import type { ActivationStatistics, LayerActivation } from 'lenslet/insight'
import type { ChannelMap, LayerGlance, LayerMaps, SmallMap } from './messages.ts'

/** Of a glance; of the maps of the chosen layer. */
const sides = { glance: 40, map: 56 }
const mostMaps = 64
/** Channels of a layer with one position that are sent. */
const mostPoints = 4096

/** A channel of a map, averaged over squares where a side is longer than `most`. */
export function smallMap(
  data: Float32Array,
  { height, width, channels }: Volume,
  channel: number,
  most: number,
): SmallMap {
  const by = Math.max(1, Math.ceil(Math.max(height, width) / most))
  const [rows, columns] = [Math.ceil(height / by), Math.ceil(width / by)]
  const values = new Float32Array(rows * columns)
  for (let row = 0; row < rows; row++)
    for (let column = 0; column < columns; column++) {
      let [sum, count] = [0, 0]
      for (let y = row * by; y < Math.min(height, (row + 1) * by); y++)
        for (let x = column * by; x < Math.min(width, (column + 1) * by); x++) {
          sum += data[(y * width + x) * channels + channel] as number
          count += 1
        }
      values[row * columns + column] = sum / count
    }
  return { rows, columns, values }
}

const isPoint = ({ height, width }: Volume) => height * width === 1

/** A layer with one position as rows of cells, about square. */
function points(data: Float32Array): SmallMap {
  const count = Math.min(data.length, mostPoints)
  const columns = count <= 16 ? count : Math.ceil(Math.sqrt(count))
  const rows = Math.ceil(count / columns)
  const values = new Float32Array(rows * columns).fill(Number.NaN)
  values.set(data.subarray(0, count))
  return { rows, columns, values }
}

function strongest({ channelPeaks }: ActivationStatistics): readonly number[] {
  const peak = (channel: number) => {
    const value = channelPeaks[channel] as number
    return Number.isNaN(value) ? Number.NEGATIVE_INFINITY : value
  }
  return [...channelPeaks.keys()].sort((a, b) => peak(b) - peak(a) || a - b)
}

export function glanceOf({ layer, volume, data, statistics }: LayerActivation): LayerGlance {
  const [channel = 0] = strongest(statistics)
  const { zeros, silent, notFinite, channelPeaks } = statistics
  return {
    ...{ layer, volume, channel, zeros, silent, notFinite },
    peak: channelPeaks[channel] ?? Number.NaN,
    map: isPoint(volume) ? points(data) : smallMap(data, volume, channel, sides.glance),
  }
}

export function mapsOf({ layer, volume, data, statistics }: LayerActivation): LayerMaps {
  const { least, most, mean, deviation, channelPeaks } = statistics
  const peak = (channel: number) => channelPeaks[channel] as number
  const maps: readonly ChannelMap[] = isPoint(volume)
    ? [{ channel: 0, peak: most, ...points(data) }]
    : strongest(statistics)
        .slice(0, mostMaps)
        .map((channel) => ({ channel, peak: peak(channel), ...smallMap(data, volume, channel, sides.map) }))
  return { layer, volume, maps, least, most, mean, deviation }
}
