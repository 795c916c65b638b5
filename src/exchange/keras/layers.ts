/** Every layer of Keras that is read, by its class. A new one is a function and a line here. */

import { activationLayers } from './activations.ts'
import { batchNormalization, groupNormalization, layerNormalization, normalization, rescaling } from './norms.ts'
import * as shapes from './shapes.ts'
import type { LayerReading, Tensor } from './tensor.ts'
import * as windows from './windows.ts'

export const kerasLayers: ReadonlyMap<string, (reading: LayerReading) => Tensor> = new Map([
  ...activationLayers,
  ['Conv2D', windows.conv2d],
  ['DepthwiseConv2D', windows.depthwiseConv2d],
  ['SeparableConv2D', windows.separableConv2d],
  ['Conv2DTranspose', windows.conv2dTranspose],
  ['MaxPooling2D', windows.pooling('POOL')],
  ['AveragePooling2D', windows.pooling('AVGPOOL')],
  ['GlobalAveragePooling2D', windows.globalPooling('GAP')],
  ['GlobalMaxPooling2D', windows.globalPooling('GMP')],
  ['BatchNormalization', batchNormalization],
  ['LayerNormalization', layerNormalization],
  ['GroupNormalization', groupNormalization],
  ['Rescaling', rescaling],
  ['Normalization', normalization],
  ['Dense', shapes.dense],
  ['Flatten', shapes.flatten],
  ['Reshape', shapes.reshape],
  ['Permute', shapes.permute],
  ['ZeroPadding2D', shapes.zeroPadding2d],
  ['Cropping2D', shapes.cropping2d],
  ['UpSampling2D', shapes.upSampling2d],
  ['Resizing', shapes.resizing],
  ['Dropout', shapes.dropout],
  ['Add', shapes.add],
  ['Subtract', shapes.subtract],
  ['Average', shapes.average],
  ['Multiply', shapes.multiply],
  ['Concatenate', shapes.concatenate],
  ...[
    'SpatialDropout2D',
    'GaussianNoise',
    'GaussianDropout',
    'AlphaDropout',
    'ActivityRegularization',
    'RandomFlip',
    'RandomRotation',
    'RandomZoom',
    'RandomTranslation',
    'RandomContrast',
    'RandomBrightness',
  ].map((type) => [type, shapes.passed] as const),
])

/** Names that classes have beside those of the table: of packages, of tf.keras, of older versions. */
const aliases: Readonly<Record<string, string>> = {
  MaxPool2D: 'MaxPooling2D',
  AvgPool2D: 'AveragePooling2D',
  GlobalAvgPool2D: 'GlobalAveragePooling2D',
  GlobalMaxPool2D: 'GlobalMaxPooling2D',
  Convolution2D: 'Conv2D',
  Convolution2DTranspose: 'Conv2DTranspose',
  SeparableConvolution2D: 'SeparableConv2D',
  BatchNormalizationV1: 'BatchNormalization',
  BatchNormalizationV2: 'BatchNormalization',
  SyncBatchNormalization: 'BatchNormalization',
}

/** `Addons>GroupNormalization` is a class of a package. */
export function classOf(type: string): string {
  const plain = type.split('>').at(-1) as string
  return Object.hasOwn(aliases, plain) ? (aliases[plain] as string) : plain
}
