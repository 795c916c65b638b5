/** Inception v4: the same idea as Inception v3, in uniform modules and with a deeper stem, all units with batch normalization. */

import { lines } from './text.ts'
import type { ZooEntry } from './types.ts'

const conv = (size: string, filters: number, options = '') =>
  `CONV${size}-${filters}${options} nobias -> BN eps=0.001 -> RELU`
const chain = (...units: readonly string[]) => units.join(' -> ')
const concat = (...branches: readonly string[]) => `CONCAT(${branches.join(' | ')})`

const average = 'AVGPOOL3 s1 p1'
const halve = 'POOL3 s2'

const stem = chain(
  conv('3', 32, ' s2 p0'),
  conv('3', 32, ' p0'),
  conv('3', 64),
  concat(halve, conv('3', 96, ' s2 p0')),
  concat(
    chain(conv('1', 64), conv('3', 96, ' p0')),
    chain(conv('1', 64), conv('1x7', 64), conv('7x1', 64), conv('3', 96, ' p0')),
  ),
  concat(conv('3', 192, ' s2 p0'), halve),
)

const a = concat(
  conv('1', 96),
  chain(conv('1', 64), conv('3', 96)),
  chain(conv('1', 64), conv('3', 96), conv('3', 96)),
  chain(average, conv('1', 96)),
)

const reductionA = concat(
  conv('3', 384, ' s2 p0'),
  chain(conv('1', 192), conv('3', 224), conv('3', 256, ' s2 p0')),
  halve,
)

const b = concat(
  conv('1', 384),
  chain(conv('1', 192), conv('1x7', 224), conv('7x1', 256)),
  chain(conv('1', 192), conv('7x1', 192), conv('1x7', 224), conv('7x1', 224), conv('1x7', 256)),
  chain(average, conv('1', 128)),
)

const reductionB = concat(
  chain(conv('1', 192), conv('3', 192, ' s2 p0')),
  chain(conv('1', 256), conv('1x7', 256), conv('7x1', 320), conv('3', 320, ' s2 p0')),
  halve,
)

const split = (filters: number) => concat(conv('1x3', filters), conv('3x1', filters))

const c = concat(
  conv('1', 256),
  chain(conv('1', 384), split(256)),
  chain(conv('1', 384), conv('3x1', 448), conv('1x3', 512), split(256)),
  chain(average, conv('1', 256)),
)

/** Units of each module of timm's `features`, in our order. */
const names = {
  stem: ['0', '1', '2', '3.conv', '4.branch0.0', '4.branch0.1', ...[0, 1, 2, 3].map((i) => `4.branch1.${i}`), '5.conv'],
  a: ['branch0', 'branch1.0', 'branch1.1', 'branch2.0', 'branch2.1', 'branch2.2', 'branch3.1'],
  reductionA: ['branch0', 'branch1.0', 'branch1.1', 'branch1.2'],
  b: ['branch0', 'branch1.0', 'branch1.1', 'branch1.2', ...[0, 1, 2, 3, 4].map((i) => `branch2.${i}`), 'branch3.1'],
  reductionB: ['branch0.0', 'branch0.1', ...[0, 1, 2, 3].map((i) => `branch1.${i}`)],
  c: [
    'branch0',
    ...['0', '1a', '1b'].map((part) => `branch1_${part}`),
    ...['0', '1', '2', '3a', '3b'].map((part) => `branch2_${part}`),
    'branch3.1',
  ],
} as const

function modules(): readonly string[] {
  const kinds = [...Array(4).fill('a'), 'reductionA', ...Array(7).fill('b'), 'reductionB', ...Array(3).fill('c')]
  const inner = (kinds as (keyof typeof names)[]).flatMap((kind, index) =>
    names[kind].map((part) => `${index + 6}.${part}`),
  )
  const units = [...names.stem, ...inner].flatMap((name) => [`features.${name}.conv`, `features.${name}.bn`])
  return [...units, 'last_linear']
}

export const inceptionV4: ZooEntry<'inception-v4'> = {
  name: 'inception-v4',
  title: 'Inception v4 for ImageNet',
  paper:
    'Szegedy, Ioffe, Vanhoucke, Alemi: Inception-v4, Inception-ResNet and the Impact of Residual Connections, 2016',
  notation: `INPUT 299x299x3 -> ${stem}
    -> ${lines([`[${a}]*4`, reductionA, `[${b}]*7`, reductionB, `[${c}]*3`])}
    -> GAP -> DROPOUT 0.2 -> FC-1000`,
  parameters: 42_679_816,
  macs: 12_253_974_624,
  accuracy: 'ImageNet top-1 80.0 %, in the paper',
  pytorch: { timm: { name: 'inception_v4', modules } },
}
