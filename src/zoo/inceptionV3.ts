/**
 * Inception v3 as torchvision builds it, with the auxiliary head of its training: 5×5 filters become two 3×3, and 7×7 become 1×7 and 7×1.
 * Each unit of a branch is a convolution with batch normalization and ReLU, and a name.
 */

import { lines } from './text.ts'
import type { ZooEntry } from './types.ts'

/** [name, size, filters, options] of a convolution, or a pooling's text. */
type Unit = readonly [string, string, number, string?] | string
type Branch = readonly Unit[]

const write = (unit: Unit) =>
  typeof unit === 'string' ? unit : `CONV${unit[1]}-${unit[2]}${unit[3] ?? ''} nobias -> BN eps=0.001 -> RELU`
const chain = (branch: Branch) => branch.map(write).join(' -> ')

const average = 'AVGPOOL3 s1 p1 countpad'

/** 35×35: 1×1 | 5×5 | two 3×3 | pooling. */
const a = (pool: number): readonly Branch[] => [
  [['branch1x1', '1', 64]],
  [
    ['branch5x5_1', '1', 48],
    ['branch5x5_2', '5', 64],
  ],
  [
    ['branch3x3dbl_1', '1', 64],
    ['branch3x3dbl_2', '3', 96],
    ['branch3x3dbl_3', '3', 96],
  ],
  [average, ['branch_pool', '1', pool]],
]

/** To 17×17. */
const b: readonly Branch[] = [
  [['branch3x3', '3', 384, ' s2 p0']],
  [
    ['branch3x3dbl_1', '1', 64],
    ['branch3x3dbl_2', '3', 96],
    ['branch3x3dbl_3', '3', 96, ' s2 p0'],
  ],
  ['POOL3 s2'],
]

/** 17×17: filters of 7×7 in two parts. */
const c = (inner: number): readonly Branch[] => [
  [['branch1x1', '1', 192]],
  [
    ['branch7x7_1', '1', inner],
    ['branch7x7_2', '1x7', inner],
    ['branch7x7_3', '7x1', 192],
  ],
  [
    ['branch7x7dbl_1', '1', inner],
    ['branch7x7dbl_2', '7x1', inner],
    ['branch7x7dbl_3', '1x7', inner],
    ['branch7x7dbl_4', '7x1', inner],
    ['branch7x7dbl_5', '1x7', 192],
  ],
  [average, ['branch_pool', '1', 192]],
]

/** To 8×8. */
const d: readonly Branch[] = [
  [
    ['branch3x3_1', '1', 192],
    ['branch3x3_2', '3', 320, ' s2 p0'],
  ],
  [
    ['branch7x7x3_1', '1', 192],
    ['branch7x7x3_2', '1x7', 192],
    ['branch7x7x3_3', '7x1', 192],
    ['branch7x7x3_4', '3', 192, ' s2 p0'],
  ],
  ['POOL3 s2'],
]

const concat = (branches: readonly Branch[]) => `CONCAT(${branches.map(chain).join(' | ')})`
const names = (branches: readonly Branch[]) =>
  branches.flat().flatMap((unit) => (typeof unit === 'string' ? [] : [unit[0]]))

/** 8×8: the 3×3 filters of two branches are split into parallel 1×3 and 3×1. */
const e = {
  before: [
    [['branch1x1', '1', 320]],
    [['branch3x3_1', '1', 384]],
    [
      ['branch3x3dbl_1', '1', 448],
      ['branch3x3dbl_2', '3', 384],
    ],
  ] as const satisfies readonly Branch[],
  pool: [average, ['branch_pool', '1', 192]] as const satisfies Branch,
}
const split = concat([[['', '1x3', 384]], [['', '3x1', 384]]])
const lastModule = `CONCAT(${chain(e.before[0])} | ${chain(e.before[1])} -> ${split} | ${chain(e.before[2])} -> ${split} | ${chain(e.pool)})`
const lastNames = [
  'branch1x1',
  ...['1', '2a', '2b'].map((part) => `branch3x3_${part}`),
  ...['1', '2', '3a', '3b'].map((part) => `branch3x3dbl_${part}`),
  'branch_pool',
]

const stem: Branch = [
  ['Conv2d_1a_3x3', '3', 32, ' s2 p0'],
  ['Conv2d_2a_3x3', '3', 32, ' p0'],
  ['Conv2d_2b_3x3', '3', 64],
  'POOL3 s2',
  ['Conv2d_3b_1x1', '1', 80],
  ['Conv2d_4a_3x3', '3', 192, ' p0'],
  'POOL3 s2',
]

const middle: readonly (readonly [string, readonly Branch[]])[] = [
  ['5b', a(32)],
  ['5c', a(64)],
  ['5d', a(64)],
  ['6a', b],
  ['6b', c(128)],
  ['6c', c(160)],
  ['6d', c(160)],
  ['6e', c(192)],
  ['7a', d],
]

const pairs = (units: readonly string[]) => units.flatMap((name) => [`${name}.conv`, `${name}.bn`])

const headAfter = '6e'
const headUnits: Branch = [
  ['AuxLogits.conv0', '1', 128],
  ['AuxLogits.conv1', '5', 768, ' p0'],
]
const head = `AUX 0.4 (AVGPOOL5 s3 -> ${chain(headUnits)} -> GAP -> FC-1000)`

const modules = () => [
  ...pairs(names([stem])),
  ...middle.flatMap(([name, branches]) => [
    ...pairs(names(branches).map((part) => `Mixed_${name}.${part}`)),
    ...(name === headAfter ? [...pairs(names([headUnits])), 'AuxLogits.fc'] : []),
  ]),
  ...['7b', '7c'].flatMap((name) => pairs(lastNames.map((part) => `Mixed_${name}.${part}`))),
  'fc',
]

export const inceptionV3: ZooEntry<'inception-v3'> = {
  name: 'inception-v3',
  title: 'Inception v3 for ImageNet',
  paper: 'Szegedy, Vanhoucke, Ioffe, Shlens, Wojna: Rethinking the Inception Architecture for Computer Vision, 2015',
  notation: `INPUT 299x299x3 -> ${chain(stem)}
    -> ${lines(middle.map(([name, branches]) => `${concat(branches)}${name === headAfter ? ` -> ${head}` : ''}`))}
    -> [${lastModule}]*2
    -> GAP -> DROPOUT 0.5 -> FC-1000`,
  parameters: 23_834_568,
  trainingParameters: 27_161_264,
  macs: 5_713_216_096,
  accuracy: "ImageNet top-1 77.3 %, torchvision's weights",
  pytorch: {
    torchvision: { name: 'inception_v3', modules },
    timm: { name: 'inception_v3', modules },
  },
}
