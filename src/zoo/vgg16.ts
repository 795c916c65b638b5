/** VGG-16, configuration D: nothing but 3×3 convolutions and 2×2 pooling, and three FC layers that hold nine tenths of it. */

import type { ZooEntry } from './types.ts'

export const vgg16: ZooEntry<'vgg16'> = {
  name: 'vgg16',
  title: 'VGG-16 for ImageNet',
  paper: 'Simonyan, Zisserman: Very Deep Convolutional Networks for Large-Scale Image Recognition, 2014',
  notation: `INPUT 224x224x3
    -> [CONV3-64 -> RELU]*2 -> POOL2
    -> [CONV3-128 -> RELU]*2 -> POOL2
    -> [CONV3-256 -> RELU]*3 -> POOL2
    -> [CONV3-512 -> RELU]*3 -> POOL2
    -> [CONV3-512 -> RELU]*3 -> POOL2
    -> [FC-4096 -> RELU -> DROPOUT 0.5]*2 -> FC-1000`,
  parameters: 138_357_544,
  macs: 15_470_264_320,
  accuracy: "ImageNet top-1 71.6 %, torchvision's weights",
  remarks: [
    'The notes print "TOTAL memory: 24M * 4 bytes ~= 93MB / image", but their rows add up to 15,237,608 values, 58.1 MiB.',
  ],
}
