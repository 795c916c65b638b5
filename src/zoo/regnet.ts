/** RegNetY-400MF: bottlenecks whose widths follow a linear rule, with groups of 8 channels and squeeze-and-excitation. */

import { bracketed, lines, squeezeExcite } from './text.ts'
import type { ZooEntry } from './types.ts'

/** [filters, blocks] of each stage. */
const stages = [
  [48, 1],
  [104, 3],
  [208, 6],
  [440, 6],
] as const

function path(depth: number, filters: number, stride: string): string {
  // A quarter of the block's input, not of what is squeezed.
  const squeezed = Math.round(depth / 4)
  return `CONV1-${filters} nobias -> BN -> RELU -> CONV3-${filters}${stride} g${filters / 8} nobias -> BN -> RELU
      -> ${squeezeExcite(squeezed, filters)} -> CONV1-${filters} nobias -> BN`
}

function body(): string {
  let depth = 32
  return lines(
    stages.map(([filters, count]) => {
      const first = `ADD(CONV1-${filters} s2 nobias -> BN | ${path(depth, filters, ' s2')}) -> RELU`
      depth = filters
      return count === 1
        ? first
        : `${first} -> ${bracketed(`ADD(ID | ${path(depth, filters, '')}) -> RELU`, count - 1)}`
    }),
  )
}

const inner = ['a.0', 'a.1', 'b.0', 'b.1', 'se.fc1', 'se.fc2', 'c.0', 'c.1'].map((name) => `f.${name}`)

const modules = () => [
  'stem.0',
  'stem.1',
  ...stages.flatMap(([, count], stage) =>
    Array.from({ length: count }, (_, block) => {
      const names = block === 0 ? ['proj.0', 'proj.1', ...inner] : inner
      return names.map((name) => `trunk_output.block${stage + 1}.block${stage + 1}-${block}.${name}`)
    }).flat(),
  ),
  'fc',
]

export const regnet: ZooEntry<'regnet-y-400mf'> = {
  name: 'regnet-y-400mf',
  title: 'RegNetY-400MF for ImageNet',
  paper: 'Radosavovic, Kosaraju, Girshick, He, Dollár: Designing Network Design Spaces, 2020',
  notation: `INPUT 224x224x3 -> CONV3-32 s2 nobias -> BN -> RELU
    -> ${body()}
    -> GAP -> FC-1000`,
  parameters: 4_344_144,
  macs: 401_842_848,
  accuracy: "ImageNet top-1 74.0 %, torchvision's weights",
  pytorch: { torchvision: { name: 'regnet_y_400mf', modules } },
}
