/** Every rule speaks where it should, with true numbers, and is silent where all is well. */

import { readFile } from 'node:fs/promises'
import { describe, expect, it } from 'vitest'
import { parse } from '../../notation/parse.ts'
import { cost } from '../../plan/cost.ts'
import { zoo } from '../../zoo/zoo.ts'
import { adviceFor, adviceRules } from './advice.ts'

const of = (text: string) => adviceFor(parse(text))
const ids = (text: string) => of(text).map(({ id }) => id)

interface Row {
  readonly id: string
  readonly speaks: string
  readonly layers: readonly string[]
  readonly numbers: Readonly<Record<string, number>>
  readonly says: RegExp
  /** Nearly the same, and well. */
  readonly silent: readonly string[]
}

const rows: readonly Row[] = [
  {
    id: 'does-not-divide',
    speaks: 'INPUT 224x224x3 -> CONV11-96 s4 p0 -> RELU -> GAP -> FC-10',
    layers: ['conv1'],
    // One row and one column of 224.
    numbers: { unseen: 1 - (223 / 224) ** 2, side: 223 },
    says: /conv1 \(0\.89 % of 224×224\).*input 223 or 227 loses nothing/,
    silent: [
      'INPUT 227x227x3 -> CONV11-96 s4 p0 -> RELU -> GAP -> FC-10',
      // Only padding is lost, and a stride that steps over rows is meant.
      'INPUT 32x32x3 -> CONV3-16 s2 p1 -> RELU -> CONV1-16 s2 -> GAP -> FC-10',
      'INPUT 32x32x3 -> CONV3-16 -> POOL3 s2 ceil -> GAP -> FC-10',
    ],
  },
  {
    id: 'halving',
    speaks: 'INPUT 100x100x3 -> [CONV3-16 -> RELU -> POOL2]*5 -> FC-10',
    layers: ['pool3', 'pool5'].slice(0, 1),
    numbers: { input: 100, halvings: 2, halved: 5 },
    says: /halved 2 times and the network halves it 5 times \(100 → 50 → 25 → 12 → 6 → 3\).*input 96 or 128/,
    silent: [
      'INPUT 96x96x3 -> [CONV3-16 -> RELU -> POOL2]*5 -> FC-10',
      'INPUT 28x28x1 -> [CONV3-8 -> POOL2]*2 -> FC-10',
    ],
  },
  {
    id: 'no-padding',
    speaks: 'INPUT 32x32x3 -> [CONV3-32 p0 -> RELU]*6 -> GAP -> FC-10',
    layers: ['conv1', 'conv2', 'conv3', 'conv4', 'conv5', 'conv6'],
    numbers: { layers: 6, rows: 12 },
    says: /take 12 rows.*p1 for 3×3/,
    silent: [
      'INPUT 32x32x3 -> [CONV3-32 -> RELU]*6 -> GAP -> FC-10',
      'INPUT 32x32x1 -> CONV5-6 p0 -> POOL2 -> CONV5-16 p0 -> POOL2 -> FC-10',
      // Branches on one map take its rows once.
      'INPUT 32x32x3 -> CONCAT(CONV3-4 p0 | CONV3-4 p0 | CONV3-4 p0) -> GAP -> FC-10',
    ],
  },
  {
    id: 'large-filter',
    speaks: 'INPUT 32x32x64 -> CONV7-64 -> RELU -> GAP -> FC-10',
    layers: ['conv1'],
    numbers: { weights: 49 * 64 * 64, stacked: 27 * 64 * 64, layers: 3 },
    says: /49C² against 27C², C = 64.*\[CONV3-64 -> RELU\]\*3/,
    silent: [
      'INPUT 32x32x64 -> CONV3-64 -> RELU -> GAP -> FC-10',
      // From few channels to many, the stack has more weights.
      'INPUT 32x32x3 -> CONV7-64 -> RELU -> GAP -> FC-10',
      'INPUT 32x32x64 -> CONV7-64 s2 p3 -> RELU -> GAP -> FC-10',
      'INPUT 32x32x64 -> CONV7-64 g64 -> RELU -> GAP -> FC-10',
    ],
  },
  {
    id: 'first-fc',
    speaks: 'INPUT 32x32x64 -> CONV3-64 -> RELU -> FC-256 -> FC-10',
    layers: ['fc1'],
    numbers: { parameters: 65536 * 256 + 256, pooled: 64 * 256 + 256 },
    says: /fc1 reads a 32×32×64 map and holds 16,777,472.*GAP before it: 16,640/,
    silent: [
      'INPUT 32x32x64 -> CONV3-64 -> RELU -> GAP -> FC-256 -> FC-10',
      'INPUT 28x28x1 -> FC-100 -> RELU -> FC-10',
    ],
  },
  {
    id: 'bias-before-norm',
    speaks: 'INPUT 32x32x3 -> CONV3-16 -> BN -> RELU -> CONV3-8 nobias -> BN -> FC-32 -> BN -> FC-10',
    layers: ['conv1', 'fc1'],
    numbers: { layers: 2, parameters: 48 },
    says: /biases of conv1, fc1 do nothing.*nobias: 48 parameters fewer/,
    silent: [
      'INPUT 32x32x3 -> CONV3-16 nobias -> BN -> RELU -> GAP -> FC-10',
      'INPUT 32x32x3 -> CONV3-16 -> RELU -> BN -> GAP -> FC-10',
      // A second reader sees the bias.
      'INPUT 32x32x3 -> CONV3-16 -> ADD(ID | BN) -> GAP -> FC-10',
    ],
  },
  {
    id: 'early-activations',
    speaks: 'INPUT 224x224x3 -> [CONV3-64 -> RELU]*3 -> POOL2 -> GAP -> FC-10',
    layers: ['conv1', 'conv2', 'conv3'],
    // The notes' three volumes of 224×224×64: with their gradients "72 MB", 73.5 MiB exactly.
    numbers: { values: 3 * 224 * 224 * 64, bytes: (73.5 * 2 ** 20) / 2 },
    says: /keep 9,633,792 values.*36\.8 MiB an image.*stride of 2 in conv1/,
    silent: [
      'INPUT 224x224x3 -> CONV7-64 s2 p3 -> POOL2 -> [CONV3-64 -> RELU]*3 -> GAP -> FC-10',
      'INPUT 32x32x3 -> [CONV3-64 -> RELU]*9 -> GAP -> FC-10',
    ],
  },
]

describe.each(rows)('$id', ({ id, speaks, layers, numbers, says, silent }) => {
  it('speaks, with its numbers', () => {
    const found = of(speaks).filter((advice) => advice.id === id)
    expect(found).toHaveLength(1)
    const [advice] = found
    expect(advice?.layers).toEqual(layers)
    expect(`${advice?.says}; ${advice?.advice}`).toMatch(says)
    for (const [name, value] of Object.entries(numbers)) expect(advice?.numbers[name], name).toBeCloseTo(value, 12)
  })

  it.each(silent)('is silent for %s', (text) => {
    expect(ids(text)).not.toContain(id)
  })
})

it('follows its own advice: sizes that lose nothing, and a GAP with the parameters that it names', () => {
  expect(ids('INPUT 223x223x3 -> CONV11-96 s4 p0 -> RELU -> GAP -> FC-10')).toEqual([])
  const before = 'INPUT 32x32x64 -> CONV3-64 -> RELU ->'
  const [advice] = of(`${before} FC-256 -> FC-10`)
  const fc1 = cost(parse(`${before} GAP -> FC-256 -> FC-10`)).layers.find(({ name }) => name === 'fc1')
  expect(fc1?.parameters).toBe(advice?.numbers.pooled)
})

it('is documented as it is', async () => {
  const text = await readFile(new URL('../../../docs/cli.md', import.meta.url), 'utf8')
  for (const { id, when } of adviceRules) expect(text).toContain(`| \`${id}\` | ${when} |`)
})

it('tries every rule', () => {
  expect(new Set([...rows.map(({ id }) => id), 'batch'])).toEqual(new Set(adviceRules.map(({ id }) => id)))
})

it('says nothing false of the zoo: who hears what', () => {
  const heard = Object.fromEntries(
    zoo.names.flatMap((name) => {
      const found = adviceFor(zoo.network(name)).map(({ id }) => id)
      return found.length === 0 ? [] : [[name, [...new Set(found)].join(' ')]]
    }),
  )
  const vgg = 'first-fc early-activations'
  const vggNorm = 'first-fc bias-before-norm early-activations'
  expect(heard).toEqual({
    'convnetjs-cifar': 'large-filter',
    airbench: 'does-not-divide',
    airbench94: 'does-not-divide',
    airbench96: 'does-not-divide',
    alexnet: 'first-fc',
    vgg11: 'first-fc',
    vgg13: vgg,
    vgg16: vgg,
    vgg19: vgg,
    'vgg11-bn': vggNorm,
    'vgg13-bn': vggNorm,
    'vgg16-bn': vggNorm,
    'vgg19-bn': vggNorm,
    'squeezenet1.0': 'does-not-divide',
    'squeezenet1.1': 'does-not-divide',
  })
})
