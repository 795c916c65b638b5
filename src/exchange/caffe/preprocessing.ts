/**
 * How images become a network's input: (x − mean)·scale on values from 0 to 255, blue first. Data layers say it; of a network
 * for use only the mean file beside it is known.
 */

import type { ModelInfo } from '../../model/info.ts'
import type { Converted } from './convert.ts'
import type { NamedMean } from './files.ts'
import { sources } from './layers/table.ts'
import type { Message } from './message.ts'
import type { CaffeLayer } from './net.ts'

interface Prepared {
  readonly info: Pick<ModelInfo, 'normalization' | 'preprocessing'>
  readonly notes: readonly string[]
}

/**
 * Caffe reads images by OpenCV, blue first.
 *
 * @param stored the layers of the .caffemodel: it remembers the data layer of the training
 */
export function preprocessing(
  { source, input }: Converted,
  stored: readonly CaffeLayer[],
  mean: NamedMean | undefined,
): Prepared {
  const [channels = 1] = input.shape
  const layers = [...(source === undefined ? [] : [source]), ...stored.filter(({ type }) => sources.has(type))]
  const fields = layers.map(({ message }) => places.map((name) => message.parameters(name))).find(says) ?? []
  const scale = firstReal(fields, 'scale')
  const values = fields.find((each) => each.has('mean_value'))?.reals('mean_value') ?? []
  const ofFile = mean !== undefined && mean.file.channels.length === channels ? mean : undefined
  const given = values.length === channels ? values : values.length === 1 ? spread(values[0], channels) : undefined
  const means = given ?? ofFile?.file.channels
  const resized = resizeOf(fields, input.shape, ofFile)
  const isKnown = means !== undefined || (scale !== undefined && scale > 0)
  // Of one channel it may be anything: digits are often divided by 256.
  if (!isKnown && channels !== 3) return { info: resized, notes: [] }
  const factor = scale !== undefined && scale > 0 ? scale : 1
  const notes = [
    ...(isKnown ? [] : ['the file does not say how images are prepared: taken as blue, green, red from 0 to 255']),
    ...(means !== undefined && means === ofFile?.file.channels
      ? [`the mean of each channel is from ${ofFile.name}; Caffe itself subtracts the image of means, place by place`]
      : []),
  ]
  const normalization = {
    mean: (means ?? spread(0, channels)).map((value) => value / 255),
    std: spread(1 / (255 * factor), channels),
    ...(channels === 3 && { colors: 'bgr' as const }),
  }
  return { info: { normalization, ...resized }, notes }
}

/** Images of a database have the size of their mean; files are scaled to the size that the layer says. Aspects are not kept. */
function resizeOf(
  fields: readonly Message[],
  [, rows = 1, columns = 1]: readonly number[],
  mean: NamedMean | undefined,
): Prepared['info'] {
  const [height, width] = ['new_height', 'new_width'].map(
    (name) => fields.find((each) => each.has(name))?.whole(name, 0) ?? 0,
  ) as [number, number]
  const [, meanRows = 0, meanColumns = 0] = mean?.file.shape ?? []
  const size = height > 0 && width > 0 ? { height, width } : { height: meanRows, width: meanColumns }
  const isLarger = size.height >= rows && size.width >= columns && (size.height > rows || size.width > columns)
  return isLarger ? { preprocessing: { resize: { kind: 'both', ...size } } } : {}
}

const places = ['transform_param', 'data_param', 'image_data_param', 'window_data_param']
const facts = ['scale', 'mean_value', 'mean_file', 'new_height']

/** Whether the parameters of a data layer say how images are prepared. */
const says = (fields: readonly Message[]) => fields.some((each) => facts.some((name) => each.has(name)))

const spread = (value = 0, count = 1) => Array.from({ length: count }, () => value)

function firstReal(messages: readonly Message[], name: string): number | undefined {
  const message = messages.find((each) => each.has(name))
  return message?.real(name, 1)
}
