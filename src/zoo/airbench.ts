/**
 * The network of airbench94: 94 % on CIFAR-10 in seconds on a large GPU. A 2×2 convolution in front, three groups of two
 * 3×3 convolutions with pooling inside, GELU. (There the first filters are a fixed whitening, BN has no scale, and the
 * scores are divided by 9.)
 */

import type { ZooEntry } from './types.ts'

const group = (filters: number) =>
  `CONV3-${filters} nobias -> POOL2 -> BN -> GELU -> CONV3-${filters} nobias -> BN -> GELU`

export const airbench: ZooEntry<'airbench'> = {
  name: 'airbench',
  title: 'The airbench94 network for CIFAR-10',
  paper: 'Jordan: 94% on CIFAR-10 in 3.29 Seconds on a Single GPU, 2024',
  notation: `INPUT 32x32x3 -> CONV2-24 p0 -> GELU
    -> ${group(64)}
    -> ${group(256)}
    -> ${group(256)}
    -> POOL3 -> FC-10 nobias`,
  parameters: 1_972_792,
  macs: 118_147_360,
  accuracy: 'CIFAR-10 94 %, in the paper',
}
