/**
 * AlexNet, as published: two halves with their own groups of channels, each for a GPU, and local response normalization;
 * and as torchvision builds it, in one part: fewer filters, no groups, no normalization. ZF Net is its successor of 2013,
 * with smaller filters and strides in front.
 */

import type { ZooEntry } from './types.ts'

const alexnet: ZooEntry<'alexnet'> = {
  name: 'alexnet',
  title: 'AlexNet for ImageNet, in one part',
  paper: 'Krizhevsky: One weird trick for parallelizing convolutional neural networks, 2014',
  notation: `INPUT 224x224x3 -> CONV11-64 s4 p2 -> RELU -> POOL3 s2
    -> CONV5-192 -> RELU -> POOL3 s2
    -> CONV3-384 -> RELU -> [CONV3-256 -> RELU]*2 -> POOL3 s2
    -> [DROPOUT 0.5 -> FC-4096 -> RELU]*2 -> FC-1000`,
  parameters: 61_100_840,
  macs: 714_188_480,
  accuracy: "ImageNet top-1 56.5 %, torchvision's weights",
  pytorch: {
    torchvision: {
      name: 'alexnet',
      modules: () => [
        ...[0, 3, 6, 8, 10].map((index) => `features.${index}`),
        ...[1, 4, 6].map((index) => `classifier.${index}`),
      ],
    },
  },
}

/** n = 5, k = 2, α = 1e-4 times the sum of squares, β = 0.75: section 3.3 of the paper. */
const norm = 'LRN5 sum k=2'

const original: ZooEntry<'alexnet-2012'> = {
  name: 'alexnet-2012',
  title: 'AlexNet for ImageNet as published, in two groups',
  paper: 'Krizhevsky, Sutskever, Hinton: ImageNet Classification with Deep Convolutional Neural Networks, 2012',
  notation: `INPUT 227x227x3 -> CONV11-96 s4 p0 -> RELU -> ${norm} -> POOL3 s2
    -> CONV5-256 g2 -> RELU -> ${norm} -> POOL3 s2
    -> CONV3-384 -> RELU -> CONV3-384 g2 -> RELU -> CONV3-256 g2 -> RELU -> POOL3 s2
    -> [FC-4096 -> RELU -> DROPOUT 0.5]*2 -> FC-1000`,
  parameters: 60_965_224,
  macs: 724_406_816,
  accuracy: 'ImageNet top-1 59.3 %, in the paper (10 views)',
  remarks: ['The paper says 224×224; its sizes work out for 227×227, or with padding.'],
}

const zfnet: ZooEntry<'zfnet'> = {
  name: 'zfnet',
  title: 'ZF Net for ImageNet',
  paper: 'Zeiler, Fergus: Visualizing and Understanding Convolutional Networks, 2013',
  notation: `INPUT 224x224x3 -> CONV7-96 s2 p1 -> RELU -> POOL3 s2 p1 -> ${norm}
    -> CONV5-256 s2 p0 -> RELU -> POOL3 s2 p1 -> ${norm}
    -> [CONV3-384 -> RELU]*2 -> CONV3-256 -> RELU -> POOL3 s2
    -> [FC-4096 -> RELU -> DROPOUT 0.5]*2 -> FC-1000`,
  parameters: 62_357_608,
  macs: 1_168_032_896,
  accuracy: 'ImageNet top-1 61.6 %, in the paper (10 views)',
}

export const alexnets = [original, alexnet, zfnet] as const
