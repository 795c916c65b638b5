/** Networks for CIFAR-10 without residual blocks, from papers and contests. */

import { lines } from './text.ts'
import type { Recipe, ZooEntry } from './types.ts'

const nin: ZooEntry<'nin'> = {
  name: 'nin',
  title: 'Network in Network for CIFAR-10',
  paper: 'Lin, Chen, Yan: Network In Network, 2013',
  notation: `INPUT 32x32x3
    -> CONV5-192 -> RELU -> CONV1-160 -> RELU -> CONV1-96 -> RELU -> POOL3 s2 ceil -> DROPOUT 0.5
    -> CONV5-192 -> RELU -> [CONV1-192 -> RELU]*2 -> AVGPOOL3 s2 ceil -> DROPOUT 0.5
    -> CONV3-192 -> RELU -> CONV1-192 -> RELU -> CONV1-10 -> RELU -> GAP`,
  parameters: 966_986,
  macs: 222_486_528,
  accuracy: 'CIFAR-10 89.59 %, in the paper (91.19 % with augmentation)',
}

/** The paper's rate, momentum, decay and changes of the images; a cosine in place of its three steps down in 350 epochs. */
const allCnnRecipe: Recipe = {
  epochs: 100,
  batch: 128,
  optimizer: { kind: 'momentum', rate: 0.05, weightDecay: 1e-3 },
  schedule: { kind: 'cosine', warmup: 1 },
  augment: { flip: true, crop: 5 },
}

const allCnnC: ZooEntry<'all-cnn-c'> = {
  name: 'all-cnn-c',
  title: 'All-CNN-C for CIFAR-10: strides instead of pooling',
  paper: 'Springenberg, Dosovitskiy, Brox, Riedmiller: Striving for Simplicity: The All Convolutional Net, 2014',
  notation: `INPUT 32x32x3 -> DROPOUT 0.2
    -> [CONV3-96 -> RELU]*2 -> CONV3-96 s2 -> RELU -> DROPOUT 0.5
    -> [CONV3-192 -> RELU]*2 -> CONV3-192 s2 -> RELU -> DROPOUT 0.5
    -> CONV3-192 p0 -> RELU -> CONV1-192 -> RELU -> CONV1-10 -> RELU -> GAP`,
  parameters: 1_369_738,
  macs: 270_798_336,
  accuracy: 'CIFAR-10 90.92 %, in the paper (92.75 % with augmentation)',
  recipes: { cifar10: allCnnRecipe },
}

/** Windows of the size that its crops have, of the whole input, and the average of its 36 views. See the remarks. */
const torch7Recipe: Recipe = {
  epochs: 100,
  batch: 64,
  optimizer: { kind: 'momentum', rate: 0.01, weightDecay: 5e-4 },
  schedule: { kind: 'cosine', warmup: 1 },
  augment: { flip: true, resizedCrop: 0.5625 },
  views: 'torch7',
}

const torch7: ZooEntry<'torch7-cifar'> = {
  name: 'torch7-cifar',
  title: "Torch7's ConvNet for CIFAR-10, on crops of 24×24",
  paper: 'Nagadomi: Code for Kaggle-CIFAR10 competition, 5th place, 2014',
  notation: `INPUT 24x24x3
    -> [CONV3-64 -> RELU]*2 -> POOL2 -> DROPOUT 0.25
    -> [CONV3-128 -> RELU]*2 -> POOL2 -> DROPOUT 0.25
    -> [CONV3-256 -> RELU]*4 -> POOL2 -> DROPOUT 0.25
    -> [FC-1024 -> RELU -> DROPOUT 0.5]*2 -> FC-10`,
  parameters: 5_745_738,
  macs: 131_815_424,
  accuracy: 'CIFAR-10 93.32 %, by its author (36 views of each image)',
  recipes: { cifar10: torch7Recipe },
  remarks: [
    'Its author trained on crops of 24×24 and 28×28, after global contrast normalization and ZCA, by the squared error of probabilities. The recipe scales such windows to the input of 32×32 and uses cross-entropy; neither normalization exists here.',
  ],
}

/** Filters of the two 2×2 convolutions of each stage, and the dropout before them. */
const deepStages = [320, 640, 960, 1280, 1600] as const

const deepCnin: ZooEntry<'deepcnin'> = {
  name: 'deepcnin',
  title: "Graham's DeepCNiN for CIFAR-10, dense",
  paper: 'Graham: Spatially-sparse convolutional neural networks, 2014',
  notation: `INPUT 126x126x3
    -> ${lines(
      deepStages.map((filters, index) => {
        const conv = `CONV2-${filters} p0 -> LRELU 0.333`
        const rate = index / 10
        const unit = index === 0 ? conv : `DROPOUT ${rate} -> ${conv}`
        return `[${unit}]*2 -> POOL2`
      }),
    )}
    -> DROPOUT 0.5 -> CONV2-1920 p0 -> LRELU 0.333 -> DROPOUT 0.5 -> CONV1-1920 -> LRELU 0.333 -> CONV1-10`,
  parameters: 54_922_890,
  macs: 22_420_492_800,
  accuracy: 'CIFAR-10 95.53 %, by its author (with augmentation)',
  remarks: [
    'The image of 32×32 lies in the middle of zeros. The original skips what sees only zeros; here everything is computed.',
  ],
}

export const cifarNetworks = [nin, allCnnC, torch7, deepCnin] as const
