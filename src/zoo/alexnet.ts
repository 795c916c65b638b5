/** AlexNet as torchvision builds it, for one GPU: fewer filters, no groups, no local response normalization. */

import type { ZooEntry } from './types.ts'

export const alexnet: ZooEntry<'alexnet'> = {
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
