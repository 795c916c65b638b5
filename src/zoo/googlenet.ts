/**
 * GoogLeNet: nine inception modules. `googlenet` is torchvision's, with batch normalization, and 3×3 filters where the paper
 * has 5×5; `googlenet-2014` is the paper's, with local response normalization.
 */

import { lines } from './text.ts'
import type { ZooEntry } from './types.ts'

/** A convolution with its activation. */
type Conv = (size: string, filters: number, options?: string) => string

const normalized: Conv = (size, filters, options = '') =>
  `CONV${size}-${filters}${options} nobias -> BN eps=0.001 -> RELU`

const biased: Conv = (size, filters, options = '') => `CONV${size}-${filters}${options} -> RELU`

/** Filters: 1×1 | 1×1, 3×3 | 1×1, "5×5" | after pooling (table 1 of the paper). */
type Module = readonly [number, number, number, number, number, number]

const modules = {
  '3a': [64, 96, 128, 16, 32, 32],
  '3b': [128, 128, 192, 32, 96, 64],
  '4a': [192, 96, 208, 16, 48, 64],
  '4b': [160, 112, 224, 24, 64, 64],
  '4c': [128, 128, 256, 24, 64, 64],
  '4d': [112, 144, 288, 32, 64, 64],
  '4e': [256, 160, 320, 32, 128, 128],
  '5a': [256, 160, 320, 32, 128, 128],
  '5b': [384, 192, 384, 48, 128, 128],
} as const satisfies Record<string, Module>

/** Modules with an auxiliary head behind them: torchvision's name of it. */
const heads: ReadonlyMap<string, string> = new Map([
  ['4a', 'aux1'],
  ['4d', 'aux2'],
])

/** `five`: the size of the largest filters. */
const inception = (conv: Conv, five: string, [one, reduce3, three, reduce5, large, pool]: Module) =>
  `CONCAT(${conv('1', one)} | ${conv('1', reduce3)} -> ${conv('3', three)} | ${conv('1', reduce5)} -> ${conv(five, large)} | POOL3 s1 p1 -> ${conv('1', pool)})`

/**
 * The auxiliary heads behind modules 4a and 4d, which only training computes. Pooling is the paper's; torchvision's windows of
 * the same 4×4 positions differ a little, and cover images of other sizes.
 */
const auxiliary = (conv: Conv) =>
  ` -> AUX 0.3 (AVGPOOL5 s3 -> ${conv('1', 128)} -> FC-1024 -> RELU -> DROPOUT 0.7 -> FC-1000)`

/** Pooling that halves the map comes before the first module of stages 4 and 5. */
const body = (conv: Conv, five: string, lastPool: string) => {
  const pools: Readonly<Record<string, string>> = { '4a': 'POOL3 s2 ceil -> ', '5a': `${lastPool} ceil -> ` }
  return lines(
    Object.entries(modules).map(
      ([name, filters]) =>
        `${pools[name] ?? ''}${inception(conv, five, filters)}${heads.has(name) ? auxiliary(conv) : ''}`,
    ),
  )
}

const parts = ['branch1', 'branch2.0', 'branch2.1', 'branch3.0', 'branch3.1', 'branch4.1']
const pair = (name: string) => [`${name}.conv`, `${name}.bn`]
const headModules = (name: string) => {
  const head = heads.get(name)
  return head === undefined ? [] : [...pair(`${head}.conv`), `${head}.fc1`, `${head}.fc2`]
}

const googlenet: ZooEntry<'googlenet'> = {
  name: 'googlenet',
  title: 'GoogLeNet for ImageNet, with batch normalization',
  paper: 'Szegedy et al.: Going Deeper with Convolutions, 2014',
  notation: `INPUT 224x224x3 -> ${normalized('7', 64, ' s2')} -> POOL3 s2 ceil
    -> ${normalized('1', 64)} -> ${normalized('3', 192)} -> POOL3 s2 ceil
    -> ${body(normalized, '3', 'POOL2')}
    -> GAP -> DROPOUT 0.2 -> FC-1000`,
  parameters: 6_624_904,
  trainingParameters: 13_004_888,
  macs: 1_498_376_192,
  accuracy: "ImageNet top-1 69.8 %, torchvision's weights",
  pytorch: {
    torchvision: {
      name: 'googlenet',
      modules: () => [
        ...['conv1', 'conv2', 'conv3'].flatMap(pair),
        ...Object.keys(modules).flatMap((name) => [
          ...parts.flatMap((part) => pair(`inception${name}.${part}`)),
          ...headModules(name),
        ]),
        'fc',
      ],
    },
  },
}

const original: ZooEntry<'googlenet-2014'> = {
  name: 'googlenet-2014',
  title: 'GoogLeNet for ImageNet as published',
  paper: 'Szegedy et al.: Going Deeper with Convolutions, 2014',
  notation: `INPUT 224x224x3 -> ${biased('7', 64, ' s2')} -> POOL3 s2 ceil -> LRN5
    -> ${biased('1', 64)} -> ${biased('3', 192)} -> LRN5 -> POOL3 s2 ceil
    -> ${body(biased, '5', 'POOL3 s2')}
    -> GAP -> DROPOUT 0.4 -> FC-1000`,
  parameters: 6_998_552,
  trainingParameters: 13_378_280,
  macs: 1_582_671_872,
  accuracy: "ImageNet top-1 68.7 %, Caffe's weights; top-5 93.3 % in the paper, seven networks and 144 views",
}

export const googlenets = [original, googlenet] as const
