/**
 * How images become a network's input: (x − mean)·scale on values from 0 to 255, blue first. Data layers say it; of a network
 * for use only the mean file beside it is known.
 */

import type { ModelInfo } from '../../model/info.ts'
import type { Converted } from './convert.ts'
import type { NamedMean } from './files.ts'
import type { Message } from './message.ts'

interface Preprocessing {
  readonly info: Pick<ModelInfo, 'normalization'>
  readonly notes: readonly string[]
}

export function preprocessing({ source, input }: Converted, mean: NamedMean | undefined): Preprocessing {
  const [channels = 1] = input.shape
  const transform = source?.message.parameters('transform_param')
  const fields = [transform, ...old.map((name) => source?.message.parameters(name))].filter(
    (each) => each !== undefined,
  )
  const scale = firstReal(fields, 'scale') ?? 1
  const values = transform?.reals('mean_value') ?? []
  const ofFile = mean !== undefined && mean.file.channels.length === channels ? mean : undefined
  const means =
    values.length === channels ? values : values.length === 1 ? spread(values, channels) : ofFile?.file.channels
  if ((means === undefined && scale === 1) || !(scale > 0)) return { info: {}, notes: [] }
  return {
    info: {
      normalization: {
        mean: (means ?? spread([0], channels)).map((value) => value / 255),
        std: Array.from({ length: channels }, () => 1 / (255 * scale)),
      },
    },
    notes:
      ofFile !== undefined && means === ofFile.file.channels
        ? [`the mean of each channel is taken from ${ofFile.name}; Caffe subtracts its mean image, place by place`]
        : [],
  }
}

const old = ['data_param', 'image_data_param', 'window_data_param']
const spread = (values: readonly number[], count: number) => Array.from({ length: count }, () => values[0] as number)

function firstReal(messages: readonly Message[], name: string): number | undefined {
  const message = messages.find((each) => each.has(name))
  return message?.real(name, 1)
}
