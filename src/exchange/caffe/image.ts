/** The shape of the images that a network takes, from its inputs or from the layer that reads its data. */

import { printable } from '../../core/text.ts'
import { UnsupportedModelError } from '../errors.ts'
import type { Arrays } from './arrays.ts'
import type { MeanFile } from './meanFile.ts'
import type { CaffeNet } from './net.ts'
import type { Source, Wiring } from './wiring.ts'

interface Context {
  readonly net: CaffeNet
  readonly wiring: Wiring
  readonly arrays: Arrays
  readonly mean: MeanFile | undefined
}

/** [n, c, h, w], or with fewer axes. @throws {UnsupportedModelError} the file does not say it */
export function imageShape(source: Source, context: Context): readonly number[] {
  const { net, wiring } = context
  const shape = source.layer === -1 ? net.inputs[source.top]?.shape : shapeOfLayer(source, context)
  if (shape !== undefined && shape.length > 1 && shape.length <= 4)
    return [Math.max(1, shape[0] ?? 1), ...shape.slice(1)]
  const type = wiring.layers[source.layer]?.type ?? 'input'
  throw new UnsupportedModelError(`the network does not say the size of its images`, {
    received: `${printable(source.name)} (${type}) ${shape === undefined ? 'without a shape' : `of ${shape.length} axes`}`,
    expected: 'an input of a number, channels, height and width',
    advice:
      'use the deploy.prototxt that was published with the model, or write in place of the data layers: ' +
      `layer { name: "data" type: "Input" top: "${printable(source.name)}" input_param { shape { dim: 1 dim: 3 dim: 224 dim: 224 } } }`,
  })
}

function shapeOfLayer(source: Source, context: Context): readonly number[] | undefined {
  const layer = context.wiring.layers[source.layer]
  if (layer === undefined) return undefined
  const { message } = layer
  const ofTop = <T>(values: readonly T[]): T | undefined => values[source.top] ?? values[0]
  if (layer.type === 'Input') return ofTop(message.parameters('input_param').messages('shape'))?.wholes('dim')
  if (layer.type === 'DummyData') {
    const fields = message.parameters('dummy_data_param')
    const lengths = ['num', 'channels', 'height', 'width'].map((name) => ofTop(fields.wholes(name)))
    const shape = ofTop(fields.messages('shape'))?.wholes('dim')
    return shape ?? (lengths.includes(undefined) ? undefined : (lengths as number[]))
  }
  if (layer.type === 'MemoryData') {
    const fields = message.parameters('memory_data_param')
    return ['batch_size', 'channels', 'height', 'width'].map((name) => fields.whole(name, 0))
  }
  return shapeOfFiles(source, context)
}

/** Images from files and databases: their size is known if they are cropped, or if there is an image of their means. */
function shapeOfFiles(source: Source, { wiring, arrays, mean }: Context): readonly number[] | undefined {
  const { message } = wiring.layers[source.layer] as Wiring['layers'][number]
  const transform = message.parameters('transform_param')
  const images = message.parameters('image_data_param')
  const old = ['data_param', 'image_data_param', 'window_data_param'].map((name) => message.parameters(name))
  const crop = Math.max(transform.whole('crop_size', 0), ...old.map((fields) => fields.whole('crop_size', 0)))
  const [height, width] = [images.whole('new_height', 0), images.whole('new_width', 0)]
  const size = crop > 0 ? [crop, crop] : height > 0 && width > 0 ? [height, width] : mean?.shape.slice(1)
  if (size === undefined) return undefined
  const taker = wiring.takers[source.layer]?.find(({ type }) => type === 'Convolution')
  const filters = taker && arrays.shapesOf(taker.name)?.[0]
  const groups = taker?.message.parameters('convolution_param').whole('group', 1) ?? 1
  const means = transform.reals('mean_value').length
  const isImageFile = message.has('image_data_param')
  const channels = [
    transform.flag('force_color', false) ? 3 : 0,
    transform.flag('force_gray', false) ? 1 : 0,
    (filters?.length === 4 ? (filters[1] ?? 0) : 0) * groups,
    mean?.shape[0] ?? 0,
    means > 1 ? means : 0,
    isImageFile ? (images.flag('is_color', true) ? 3 : 1) : 0,
  ].find((count) => count > 0)
  return channels === undefined ? undefined : [1, channels, ...size]
}
