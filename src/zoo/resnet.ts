/**
 * ResNets for ImageNet as torchvision builds them ("v1.5": a bottleneck's 3×3 has the stride), and two descendants with the
 * same plan: ResNeXt, whose 3×3 has 32 groups, and wide ResNet, whose 3×3 is twice as wide.
 */

import { bracketed } from './text.ts'
import type { ZooEntry } from './types.ts'

interface Plan {
  /** Blocks of each stage. */
  readonly blocks: readonly [number, number, number, number]
  /** Filters of a bottleneck's 3×3, as a multiple of the stage's; absent: blocks of two 3×3. */
  readonly width?: number
  readonly groups?: number
}

const paper = 'He, Zhang, Ren, Sun: Deep Residual Learning for Image Recognition, 2015'

/** The residual path, and the depth that it ends with. */
function path({ width, groups = 1 }: Plan, filters: number, stride: string): readonly [string, number] {
  if (width === undefined) {
    return [`CONV3-${filters}${stride} nobias -> BN -> RELU -> CONV3-${filters} nobias -> BN`, filters]
  }
  const inner = filters * width
  const grouped = groups === 1 ? '' : ` g${groups}`
  const text = `CONV1-${inner} nobias -> BN -> RELU -> CONV3-${inner}${stride}${grouped} nobias -> BN -> RELU
      -> CONV1-${4 * filters} nobias -> BN`
  return [text, 4 * filters]
}

function stage(plan: Plan, index: number): string {
  const filters = 64 << index
  const stride = index === 0 ? '' : ' s2'
  const [first, depth] = path(plan, filters, stride)
  const project = depth === 64 ? 'ID' : `CONV1-${depth}${stride} nobias -> BN`
  const [more] = path(plan, filters, '')
  // The blocks of the first stage of ResNet-18 and -34 are all equal.
  const same = `ADD(${more} | ID) -> RELU`
  const count = plan.blocks[index] ?? 0
  return project === 'ID'
    ? bracketed(same, count)
    : `ADD(${first} | ${project}) -> RELU -> ${bracketed(same, count - 1)}`
}

function modules({ blocks, width }: Plan): readonly string[] {
  const inner = width === undefined ? 2 : 3
  const layers = Array.from({ length: inner }, (_, i) => [`conv${i + 1}`, `bn${i + 1}`]).flat()
  const stages = blocks.flatMap((count, stage) =>
    Array.from({ length: count }, (_, block) => {
      const projects = block === 0 && (stage > 0 || width !== undefined)
      const names = projects ? [...layers, 'downsample.0', 'downsample.1'] : layers
      return names.map((name) => `layer${stage + 1}.${block}.${name}`)
    }).flat(),
  )
  return ['conv1', 'bn1', ...stages, 'fc']
}

function row<N extends string>(
  name: N,
  title: string,
  plan: Plan,
  facts: Pick<ZooEntry, 'parameters' | 'macs' | 'accuracy'> & { readonly paper?: string },
): ZooEntry<N> {
  const names = { name: name.replaceAll('-', '_'), modules: () => modules(plan) }
  return {
    name,
    title: `${title} for ImageNet`,
    paper,
    notation: `INPUT 224x224x3 -> CONV7-64 s2 nobias -> BN -> RELU -> POOL3 s2 p1
    -> ${plan.blocks.map((_, index) => stage(plan, index)).join('\n    -> ')}
    -> GAP -> FC-1000`,
    pytorch: { torchvision: names, timm: names },
    ...facts,
  }
}

const accuracy = (top1: number) => `ImageNet top-1 ${top1.toFixed(1)} %, torchvision's weights`
const small = [3, 4, 6, 3] as const

export const resnets = [
  row(
    'resnet18',
    'ResNet-18',
    { blocks: [2, 2, 2, 2] },
    {
      parameters: 11_689_512,
      macs: 1_814_073_344,
      accuracy: accuracy(69.8),
    },
  ),
  row(
    'resnet34',
    'ResNet-34',
    { blocks: small },
    {
      parameters: 21_797_672,
      macs: 3_663_761_408,
      accuracy: accuracy(73.3),
    },
  ),
  row(
    'resnet50',
    'ResNet-50',
    { blocks: small, width: 1 },
    {
      parameters: 25_557_032,
      macs: 4_089_184_256,
      accuracy: accuracy(76.1),
    },
  ),
  row(
    'resnet101',
    'ResNet-101',
    { blocks: [3, 4, 23, 3], width: 1 },
    {
      parameters: 44_549_160,
      macs: 7_801_405_440,
      accuracy: accuracy(77.4),
    },
  ),
  row(
    'resnet152',
    'ResNet-152',
    { blocks: [3, 8, 36, 3], width: 1 },
    {
      parameters: 60_192_808,
      macs: 11_513_626_624,
      accuracy: accuracy(78.3),
    },
  ),
  row(
    'resnext50-32x4d',
    'ResNeXt-50, 32 groups of 4,',
    { blocks: small, width: 2, groups: 32 },
    {
      paper: 'Xie, Girshick, Dollár, Tu, He: Aggregated Residual Transformations for Deep Neural Networks, 2016',
      parameters: 25_028_904,
      macs: 4_230_479_872,
      accuracy: accuracy(77.6),
    },
  ),
  row(
    'wide-resnet50-2',
    'Wide ResNet-50-2',
    { blocks: small, width: 2 },
    {
      paper: 'Zagoruyko, Komodakis: Wide Residual Networks, 2016',
      parameters: 68_883_240,
      macs: 11_398_021_120,
      accuracy: accuracy(78.5),
    },
  ),
] as const
