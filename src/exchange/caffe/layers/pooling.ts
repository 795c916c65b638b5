/**
 * Pooling and LRN. Caffe rounds up, and with padding leaves out a last window that would start in the padding behind the image.
 * An average divides by the part of the window that lies in the padded image.
 */

import { refuse } from '../refuse.ts'
import { likeTensor, mapTensor } from '../tensor.ts'
import { type Converter, kernelNames, padNames, pairOf, strideNames, type Use } from './converter.ts'

const methods = ['MAX', 'AVE', 'STOCHASTIC'] as const
const roundings = ['CEIL', 'FLOOR'] as const
const regions = ['ACROSS_CHANNELS', 'WITHIN_CHANNEL'] as const

/** Without padding Caffe keeps a window that starts behind the image, and its values mean nothing. */
function expectFilledWindows(use: Use, kernel: Pair, stride: Pair): void {
  const { height, width } = use.input.wire.volume
  for (const [axis, side] of [height, width].entries()) {
    const [size, step] = [kernel[axis] as number, stride[axis] as number]
    if (Math.ceil((side - size) / step) * step >= side) refuse('a window that lies behind the edge of the image')
  }
}

type Pair = readonly [number, number]

export const poolings: Readonly<Record<string, Converter>> = {
  Pooling: {
    parameters: 'pooling_param',
    convert(use) {
      const { input, parameters } = use
      const method = parameters.word('pool', methods, 'MAX')
      if (method === 'STOCHASTIC') refuse('stochastic pooling')
      if (input.shape.length !== 4) refuse(`a blob of ${input.shape.length} axes (expected 4)`)
      if (parameters.flag('global_pooling', false))
        return [mapTensor(use.add({ word: method === 'MAX' ? 'GMP' : 'GAP' }), input)]
      const kernel = pairOf(parameters, kernelNames, 0)
      const stride = pairOf(parameters, strideNames, 1)
      const [rows, columns] = pairOf(parameters, padNames, 0)
      const ceil = parameters.word('round_mode', roundings, 'CEIL') === 'CEIL'
      if (ceil && rows === 0 && columns === 0) expectFilledWindows(use, kernel, stride)
      const parts = {
        size: kernel,
        options: { s: stride, p: [rows, columns, rows, columns] },
        flags: [...(ceil ? ['ceil'] : []), ...(method === 'AVE' ? ['countpad'] : [])],
      }
      return [mapTensor(use.add({ word: method === 'MAX' ? 'POOL' : 'AVGPOOL', parts }), input)]
    },
  },
  LRN: {
    parameters: 'lrn_param',
    convert(use) {
      const { input, parameters } = use
      const size = parameters.whole('local_size', 5)
      if (size % 2 === 0) refuse(`an even local_size, ${size}`)
      const within = parameters.word('norm_region', regions, 'ACROSS_CHANNELS') === 'WITHIN_CHANNEL'
      const values = {
        alpha: parameters.real('alpha', 1),
        beta: parameters.real('beta', 0.75),
        // Within a channel, Caffe always adds 1.
        k: within ? 1 : parameters.real('k', 1),
      }
      const wire = use.add({ word: 'LRN', parts: { size: [size], values, flags: within ? ['map'] : [] } })
      return [likeTensor(wire, input)]
    },
  },
}
