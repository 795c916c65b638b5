/**
 * GoogLeNet as torchvision builds it: nine inception modules with batch normalization, and 3×3 filters where the paper has
 * 5×5.
 */

import { lines } from './text.ts'
import type { ZooEntry } from './types.ts'

const conv = (size: string, filters: number, options = '') =>
  `CONV${size}-${filters}${options} nobias -> BN eps=0.001 -> RELU`

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

const inception = ([one, reduce3, three, reduce5, five, pool]: Module) =>
  `CONCAT(${conv('1', one)} | ${conv('1', reduce3)} -> ${conv('3', three)} | ${conv('1', reduce5)} -> ${conv('3', five)} | POOL3 s1 p1 -> ${conv('1', pool)})`

/** Pooling that halves the map comes before the first module of stages 4 and 5. */
const pools: Readonly<Record<string, string>> = { '4a': 'POOL3 s2 ceil -> ', '5a': 'POOL2 ceil -> ' }

const parts = ['branch1', 'branch2.0', 'branch2.1', 'branch3.0', 'branch3.1', 'branch4.1']
const pair = (name: string) => [`${name}.conv`, `${name}.bn`]

export const googlenet: ZooEntry<'googlenet'> = {
  name: 'googlenet',
  title: 'GoogLeNet for ImageNet, with batch normalization',
  paper: 'Szegedy et al.: Going Deeper with Convolutions, 2014',
  notation: `INPUT 224x224x3 -> ${conv('7', 64, ' s2')} -> POOL3 s2 ceil
    -> ${conv('1', 64)} -> ${conv('3', 192)} -> POOL3 s2 ceil
    -> ${lines(Object.entries(modules).map(([name, filters]) => `${pools[name] ?? ''}${inception(filters)}`))}
    -> GAP -> DROPOUT 0.2 -> FC-1000`,
  parameters: 6_624_904,
  macs: 1_498_376_192,
  accuracy: "ImageNet top-1 69.8 %, torchvision's weights",
  pytorch: {
    torchvision: {
      name: 'googlenet',
      modules: () => [
        ...['conv1', 'conv2', 'conv3'].flatMap(pair),
        ...Object.keys(modules).flatMap((name) => parts.flatMap((part) => pair(`inception${name}.${part}`))),
        'fc',
      ],
    },
  },
}
