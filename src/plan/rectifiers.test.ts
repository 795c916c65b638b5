/**
 * Gradients through rectifiers by the rules of guided backpropagation and the deconvnet: a case computed by hand, and every
 * op that takes a rectifier into its store, compared with the same network in two parts and the rule between them.
 */

import { describe, expect, it } from 'vitest'
import { referenceBackend } from '../backends/reference/backend.ts'
import { wasmBackend } from '../backends/wasm/backend.ts'
import { Random } from '../core/random.ts'
import { sizeOf } from '../core/shapes.ts'
import { parse } from '../notation/parse.ts'
import type { RectifierRule } from '../ops/types.ts'
import type { GradientsGoal } from './goal.ts'
import { plan } from './plan.ts'

const rules = ['gradient', 'guided', 'deconvnet'] as const
const backends = [referenceBackend, wasmBackend()] as const
type Backend = (typeof backends)[number]

interface Run {
  readonly of: string
  readonly to: GradientsGoal['to']
  readonly rule?: RectifierRule
  readonly statistics?: 'batch' | 'tracked'
  readonly taps?: readonly string[]
  /** Values of a weight; default: random ones by its name. */
  weight?(name: string): readonly number[] | undefined
  readonly images: ArrayLike<number>
  start(size: number): ArrayLike<number>
}

/** The gradients by node, and the taps. */
async function gradients(text: string, backend: Backend, run: Run) {
  const { of, to, rule = 'gradient', statistics = 'tracked', taps = [], images, start } = run
  const network = parse(text)
  const [input] = network.nodes
  const batch = images.length / sizeOf(Object.values(network.nodes[0]?.attributes ?? {}).flat() as number[])
  const goal = { kind: 'gradients', of: { node: of }, to, statistics, rectifiers: rule } as const
  const made = plan(network, { batch, goal, taps, target: backend.target({ threads: 1, exact: true }) })
  const program = await backend.bind(made)
  for (const { name, buffer } of made.parameters) {
    const random = Random.seeded(3, name)
    const count = sizeOf(made.buffers[buffer]?.shape ?? [])
    const usual = Array.from({ length: count }, () =>
      name.endsWith('.variance') ? 0.5 + random.next() : random.normal(),
    )
    program.write(buffer, run.weight?.(name) ?? usual)
  }
  program.write(made.ports.pictures, images)
  const outputGradient = made.ports.outputGradient as number
  program.write(outputGradient, start(sizeOf(made.buffers[outputGradient]?.shape ?? [])))
  await program.run()
  const read = async (found: Readonly<Record<string, number>> = {}) =>
    Object.fromEntries(
      await Promise.all(
        Object.entries(found).map(async ([name, id]) => [name, Array.from((await program.read(id)) as Float32Array)]),
      ),
    ) as Record<string, number[]>
  const found = { gradients: await read(made.ports.gradients?.nodes), taps: await read(made.ports.taps) }
  await program.dispose()
  return { ...found, image: found.gradients[input?.name ?? ''] ?? [] }
}

describe.each(backends)('by hand, on $name', (backend) => {
  // Filters 2 and −1 on four pixels: [2, 6, −4, 1] and [−1, −3, 2, −0.5]; pools of 2: 6 and 1; 0 and 2 (equal: the first).
  const text = 'INPUT 4x1x1 -> CONV1-2 nobias -> RELU -> POOL2x1 -> FC-1 nobias'
  const weights: Readonly<Record<string, readonly number[]>> = {
    'conv1.filters': [2, -1],
    'fc1.filters': [1, 5, -2, 3],
  }
  const expected = {
    // Back at the ReLU: [0, 1, 0, −2] and [5, 0, 3, 0].
    gradient: [0, 2, -3, -4],
    guided: [0, 2, -3, 0],
    deconvnet: [-5, 2, -3, 0],
  }
  it.each(rules)('%s, through the switches of a max pool', async (rule) => {
    const { image } = await gradients(text, backend, {
      of: 'fc1',
      to: ['pictures'],
      rule,
      weight: (name) => weights[name],
      images: [1, 3, -2, 0.5],
      start: () => [1],
    })
    expect(image).toEqual(expected[rule])
  })
})

const fronts = [
  { front: 'CONV3-4', last: 'conv1' },
  { front: 'CONV3-4 g2 -> BN', last: 'bn1' },
  { front: 'ADD(ID | CONV1-2)', last: 'add1' },
  { front: 'CONV3-4 -> BN -> ADD(ID | CONV1-4)', last: 'add1' },
  { front: 'LOCAL3-3', last: 'local1' },
  { front: 'TCONV3-4', last: 'tconv1' },
  { front: 'CONV1-4 -> GN g2', last: 'gn1' },
  { front: 'TANH', last: 'tanh1' },
  { front: 'CONV3-4 -> BN', last: 'bn1', statistics: 'batch' },
] as const
const rectifiers = [
  { word: 'RELU', node: 'relu1', slope: 0, top: Number.POSITIVE_INFINITY },
  { word: 'RELU6', node: 'relu6_1', slope: 0, top: 6 },
  { word: 'LRELU 0.2', node: 'lrelu1', slope: 0.2, top: Number.POSITIVE_INFINITY },
  { word: 'PRELU', node: 'prelu1', slope: 0.3, top: Number.POSITIVE_INFINITY },
] as const

describe.each(backends)('in one network as in its parts, on $name', (backend) => {
  const random = Random.seeded(5)
  const images = Float32Array.from({ length: 2 * 5 * 5 * 2 }, () => 3 * random.normal())
  const cases = fronts.flatMap((front) => rectifiers.map((rectifier) => ({ ...front, ...rectifier })))

  it.each(cases)('$front -> $word', async ({ front, last, word, slope, top, ...rest }) => {
    const statistics = 'statistics' in rest ? rest.statistics : 'tracked'
    const start = (size: number) => Float32Array.from({ length: size }, (_, i) => Math.sin(3 * i + 1))
    const head = `INPUT 5x5x2 -> ${front}`
    const whole = `${head} -> r: ${word} -> CONV3-3 -> TANH -> fc9: FC-2`
    const common = { statistics, images, start } as const
    const z = (await gradients(head, backend, { ...common, of: last, to: ['pictures'], taps: [last] })).taps[last] ?? []
    const weight = (name: string) => (name === 'r.slope' ? new Array<number>(z.length / 50).fill(slope) : undefined)
    const g = (await gradients(whole, backend, { ...common, of: 'fc9', to: [{ node: 'r' }], weight })).gradients.r ?? []
    for (const rule of rules) {
      const passes = (value: number, most = Number.POSITIVE_INFINITY) => (value > 0 ? (value < most ? 1 : 0) : slope)
      const dz = g.map(
        (value, i) =>
          value * (rule === 'deconvnet' ? 1 : passes(z[i] as number, top)) * (rule === 'gradient' ? 1 : passes(value)),
      )
      const parts = await gradients(head, backend, { ...common, of: last, to: ['pictures'], start: () => dz })
      const found = await gradients(whole, backend, { ...common, of: 'fc9', to: ['pictures'], rule, weight })
      const scale = Math.max(...parts.image.map(Math.abs))
      const worst = Math.max(...parts.image.map((value, i) => Math.abs(value - (found.image[i] as number))))
      expect(scale).toBeGreaterThan(0)
      // Sums of at most 9·4·9 products in float32, twice.
      expect(worst / scale, rule).toBeLessThan(2 * 324 * 2 ** -24)
    }
  })
})

describe('rules', () => {
  const goal = {
    kind: 'gradients',
    of: { node: 'fc1' },
    to: ['pictures'],
    statistics: 'tracked',
    rectifiers: 'guided',
  } as const

  it('are part of the goal only where they are not the gradient', () => {
    const network = parse('INPUT 4x4x1 -> CONV3-2 -> RELU -> FC-2')
    expect(plan(network, { goal }).goal).toMatchObject({ rectifiers: 'guided' })
    expect(plan(network, { goal: { ...goal, rectifiers: 'gradient' } }).goal).not.toHaveProperty('rectifiers')
  })

  it('are refused where there is no rectifier, or one that the gradient does not pass', () => {
    const none = parse('INPUT 4x4x1 -> CONV3-2 -> SILU -> FC-2')
    expect(() => plan(none, { goal })).toThrow(/guided backpropagation needs a ReLU/)
    const behind = parse('INPUT 4x4x1 -> CONV3-2 -> fc1: FC-2 -> RELU -> FC-2')
    expect(() => plan(behind, { goal })).toThrow(/needs a ReLU/)
  })

  it('are refused for weights, and by another name', () => {
    const network = parse('INPUT 4x4x1 -> CONV3-2 -> RELU -> FC-2')
    expect(() => plan(network, { goal: { ...goal, to: ['weights'] } })).toThrow(/no gradients of weights/)
    expect(() => plan(network, { goal: { ...goal, rectifiers: 'guide' as never } })).toThrow(/rectifiers is invalid/)
  })
})
