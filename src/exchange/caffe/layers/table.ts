/** Every type of Caffe's layers that is read, by its name. */

import type { Converter } from './converter.ts'
import { handsOn } from './converter.ts'
import { convolutions } from './convolution.ts'
import { perChannel } from './perChannel.ts'
import { pointwise } from './pointwise.ts'
import { poolings } from './pooling.ts'
import { shapes } from './shapes.ts'

export const converters: ReadonlyMap<string, Converter> = new Map(
  Object.entries({ ...convolutions, ...poolings, ...perChannel, ...pointwise, ...shapes }),
)

/** Losses, by what a network gives instead of them when it is used: the function that the loss applies to its first bottom. */
export const losses: ReadonlyMap<string, Converter> = new Map([
  ['SoftmaxWithLoss', converters.get('Softmax') as Converter],
  ['SigmoidCrossEntropyLoss', converters.get('Sigmoid') as Converter],
  ['EuclideanLoss', handsOn],
  ['HingeLoss', handsOn],
  ['MultinomialLogisticLoss', handsOn],
  ['InfogainLoss', handsOn],
])

/** Layers that measure, and change nothing of what a network gives. */
export const measures: ReadonlySet<string> = new Set(['Accuracy', 'ArgMax', 'Silence', 'HDF5Output'])

/** Layers that give images (and labels). */
export const sources: ReadonlySet<string> = new Set([
  'Input',
  'Data',
  'ImageData',
  'WindowData',
  'HDF5Data',
  'MemoryData',
  'DummyData',
  'AnnotatedData',
])
