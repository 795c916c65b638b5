/**
 * Residual networks for CIFAR-10 whose blocks begin with batch normalization and ReLU, so that the shortcuts carry
 * identities ("pre-activation"): ResNet-164 and -1001 with bottlenecks, and wide ResNets. Where the depth changes, both
 * paths start from the activated input.
 */

import { bracketed, lines } from './text.ts'
import type { ZooEntry } from './types.ts'

/** A block's path behind its first BN and ReLU. */
type Path = (filters: number, stride: string) => string

const bottleneck: Path = (filters, stride) =>
  `CONV1-${filters} nobias -> BN -> RELU -> CONV3-${filters}${stride} nobias -> BN -> RELU -> CONV1-${4 * filters} nobias`

const wide: Path = (filters, stride) => `CONV3-${filters}${stride} nobias -> BN -> RELU -> CONV3-${filters} nobias`

/** A stage of `n` blocks; `filters` of its path, `depth` of its output. */
function stage(path: Path, n: number, filters: number, depth: number, stride: string): string {
  const first = `BN -> RELU -> ADD(${path(filters, stride)} | CONV1-${depth}${stride} nobias)`
  return `${first} -> ${bracketed(`ADD(BN -> RELU -> ${path(filters, '')} | ID)`, n - 1)}`
}

function row<N extends string>(
  name: N,
  facts: Pick<ZooEntry, 'title' | 'paper' | 'parameters' | 'macs' | 'accuracy'>,
  path: Path,
  n: number,
  filters: number,
  expansion: number,
): ZooEntry<N> {
  const stages = [1, 2, 4].map((times, index) =>
    stage(path, n, filters * times, filters * times * expansion, index === 0 ? '' : ' s2'),
  )
  return {
    name,
    notation: `INPUT 32x32x3 -> CONV3-16 nobias
    -> ${lines(stages)}
    -> BN -> RELU -> GAP -> FC-10`,
    ...facts,
  }
}

const identityMappings = 'He, Zhang, Ren, Sun: Identity Mappings in Deep Residual Networks, 2016'

export const preActivations = [
  row(
    'preact-resnet164',
    {
      title: 'ResNet-164 with identity mappings for CIFAR-10',
      paper: identityMappings,
      parameters: 1_703_258,
      macs: 247_646_720,
      accuracy: 'CIFAR-10 94.54 %, in the paper',
    },
    bottleneck,
    18,
    16,
    4,
  ),
  row(
    'preact-resnet1001',
    {
      title: 'ResNet-1001 with identity mappings for CIFAR-10',
      paper: identityMappings,
      parameters: 10_327_706,
      macs: 1_490_995_712,
      accuracy: 'CIFAR-10 95.08 %, in the paper',
    },
    bottleneck,
    111,
    16,
    4,
  ),
  row(
    'wrn-28-10',
    {
      title: 'Wide ResNet 28-10 for CIFAR-10',
      paper: 'Zagoruyko, Komodakis: Wide Residual Networks, 2016',
      parameters: 36_479_194,
      macs: 5_243_328_768,
      accuracy: 'CIFAR-10 96.00 %, in the paper',
    },
    wide,
    4,
    160,
    1,
  ),
] as const
