/** Small networks that people learned with: the tutorial of deeplearning.net and the demos of ConvNetJS. */

import type { ZooEntry } from './types.ts'

const tutorial: ZooEntry<'lenet-tutorial'> = {
  name: 'lenet-tutorial',
  title: "LeNet of deeplearning.net's tutorial, for digits of 28×28",
  paper: 'LISA lab: Deep Learning Tutorials: Convolutional Neural Networks (LeNet), 2010',
  notation: `INPUT 28x28x1 -> CONV5-20 p0 -> POOL2 -> TANH -> CONV5-50 p0 -> POOL2 -> TANH
    -> FC-500 -> TANH -> FC-10`,
  parameters: 431_080,
  macs: 2_293_000,
  accuracy: 'MNIST 99.08 %, in the tutorial',
}

const mnistDemo: ZooEntry<'convnetjs-mnist'> = {
  name: 'convnetjs-mnist',
  title: 'The MNIST demo of ConvNetJS, on crops of 24×24',
  paper: 'Karpathy: ConvNetJS, 2014',
  notation: 'INPUT 24x24x1 -> CONV5-8 -> RELU -> POOL2 -> CONV5-16 -> RELU -> POOL3 -> FC-10',
  parameters: 5_994,
  macs: 578_560,
}

const cifarDemo: ZooEntry<'convnetjs-cifar'> = {
  name: 'convnetjs-cifar',
  title: 'The CIFAR-10 demo of ConvNetJS',
  paper: 'Karpathy: ConvNetJS, 2014',
  notation: 'INPUT 32x32x3 -> CONV5-16 -> RELU -> POOL2 -> [CONV5-20 -> RELU -> POOL2]*2 -> FC-10',
  parameters: 22_466,
  macs: 3_920_000,
  accuracy: 'CIFAR-10 80 %, on the page of the demo',
}

export const demos = [tutorial, mnistDemo, cifarDemo] as const
