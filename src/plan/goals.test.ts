/** Goals: gradients of the loss and of a node to anything, taps, frozen layers, updates at once and together. */

import { describe, expect, it } from 'vitest'
import { referenceBackend } from '../backends/reference/backend.ts'
import type { Program } from '../backends/types.ts'
import { wasmBackend } from '../backends/wasm/backend.ts'
import { Random } from '../core/random.ts'
import { sizeOf } from '../core/shapes.ts'
import { parse } from '../notation/parse.ts'
import { type Plan, type PlanOptions, plan } from './index.ts'

// Max pooling and most ReLUs have kinks where a step of the differences may cross them. ReLU6 has, too: here none is near.
const smooth = parse(`INPUT 8x8x2 -> CONV3-4 nobias -> BN -> TANH
  -> ADD(ID | CONV3-4 -> BN -> TANH -> CONV3-4 d2)
  -> CONCAT(CONV1-3 | CONV3-4 g2 -> SIGMOID) -> AVGPOOL2 -> DROPOUT 0.3
  -> ADD(AVGPOOL1 s2 -> WIDEN-9 | CONV3-9 s2 -> RELU6) -> GAP -> FC-5 -> TANH -> FC-3`)

/** What multiplies, and slopes whose inputs are all below 0: no kinks. MAXOUT has one: here none is near. */
const products = parse(`INPUT 6x6x3 -> CONV3-8 -> SILU -> SOFTPLUS -> SCALE -0.7 -> PRELU
  -> MULTIPLY(ID | GAP -> CONV1-4 -> MISH -> CONV1-8 -> SIGMOID) -> MULTIPLY(SOFTSIGN | CONV1-8 -> SOFTPLUS 2)
  -> ADD(ID | CONV3-8 -> GELU approx=tanh -> SCALE 0.5 learned -> DROPPATH 0.4) -> CELU 0.5
  -> SOFTPLUS -> SCALE -1 -> PRELU 0.1 shared -> GAP -> fc1: FC-4 -> MAXOUT2 -> FC-3`)

/** Weights, pictures, labels and seed by a seed of their own, in a program of the reference. */
async function filled(made: Plan, bind = referenceBackend): Promise<Program> {
  const program = await bind.bind(made)
  const fill = (id: number | undefined, value: (index: number) => number) => {
    if (id === undefined) return
    const size = sizeOf(made.buffers[id]?.shape ?? [])
    program.write(
      id,
      Float64Array.from({ length: size }, (_, index) => value(index)),
    )
  }
  for (const { name, buffer } of made.parameters) {
    const random = Random.seeded(3, name)
    fill(buffer, () => (name.endsWith('.variance') ? 0.5 + random.next() : random.normal() * 0.5))
  }
  const random = Random.seeded(11)
  fill(made.ports.pictures, () => random.normal())
  fill(made.ports.labels, (index) => index % 3)
  fill(made.ports.seed, (index) => 5 + index)
  const { outputGradient } = made.ports
  const outputs = sizeOf(made.buffers[outputGradient ?? -1]?.shape ?? [])
  fill(outputGradient, (index) => Math.cos(index) / outputs)
  return program
}

/**
 * Compares the gradients that a plan computes with differences of L, at the first and last element of every array. Values
 * are read as float32, so the step is wide and the tolerance follows: 2⁻²⁴·L/h + h²·curvature.
 */
async function expectDifferences(made: Plan, loss: (program: Program) => Promise<number>): Promise<number> {
  const program = await filled(made)
  await program.run()
  const { weights = {}, nodes = {} } = made.ports.gradients ?? {}
  const parameterOf = (name: string) => made.parameters.find((each) => each.name === name)?.buffer
  const targets = [
    ...Object.entries(weights).map(([name, gradient]) => [name, parameterOf(name), gradient] as const),
    ...Object.entries(nodes).map(([name, gradient]) => [name, made.ports.pictures, gradient] as const),
  ]
  const analytic = new Map<string, Float32Array>()
  for (const [name, , gradient] of targets) analytic.set(name, (await program.read(gradient)) as Float32Array)
  const h = 2e-3
  for (const [name, buffer = -1] of targets) {
    const values = (await program.read(buffer)) as Float32Array
    for (const index of [0, values.length - 1]) {
      const at = async (value: number) => {
        program.write(buffer, values.with(index, value))
        await program.run({ to: made.backwardFrom })
        return loss(program)
      }
      const kept = values[index] as number
      const difference = ((await at(kept + h)) - (await at(kept - h))) / (2 * h)
      program.write(buffer, values)
      expect(Math.abs(difference - (analytic.get(name)?.[index] as number)), `${name}[${index}]`).toBeLessThan(1e-4)
    }
  }
  return targets.length
}

const meanLoss = (made: Plan) => async (program: Program) => {
  const losses = (await program.read(made.ports.losses as number)) as Float32Array
  return losses.reduce((a, b) => a + b, 0) / losses.length
}

/** Σ cos(i)·output[i]/size */
const weighted = (output: number) => async (program: Program) => {
  const values = (await program.read(output)) as Float32Array
  return values.reduce((sum, value, index) => sum + (Math.cos(index) * value) / values.length, 0)
}

describe('gradients of whole networks by finite differences', () => {
  it('of the loss to every weight, as in training', async () => {
    const made = plan(smooth, { batch: 3, mode: 'gradients', labelSmoothing: 0.1 })
    expect(await expectDifferences(made, meanLoss(made))).toBe(19)
  })

  it('of the loss to every weight and the pictures, by tracked statistics', async () => {
    const goal = { kind: 'gradients', to: ['weights', 'pictures'], statistics: 'tracked' } as const
    const made = plan(smooth, { batch: 2, goal })
    expect(await expectDifferences(made, meanLoss(made))).toBe(20)
  })

  it('of the loss through products, learned slopes and factors, and images that are dropped', async () => {
    const made = plan(products, { batch: 4, mode: 'gradients' })
    expect(await expectDifferences(made, meanLoss(made))).toBe(17)
  })

  it('of the scores to the pictures, through norms that were folded into filters', async () => {
    const goal = { kind: 'gradients', of: { node: 'fc2' }, to: ['pictures'], statistics: 'tracked' } as const
    const made = plan(smooth, { batch: 2, goal })
    expect(made.steps.filter(({ kind }) => kind === 'batchNorm.inference')).toEqual([])
    expect(await expectDifferences(made, weighted(made.ports.output))).toBe(1)
  })

  it('of a node in the middle, which is tapped', async () => {
    const goal = { kind: 'gradients', of: { node: 'add1' }, to: ['pictures', { weight: 'conv2.filters' }] } as const
    const made = plan(smooth, { batch: 2, goal: { ...goal, statistics: 'tracked' }, taps: ['add1'] })
    const tap = made.ports.taps?.add1 as number
    expect(await expectDifferences(made, weighted(tap))).toBe(2)
  })

  it('to a node that hands on its input are those of its own output', async () => {
    const network = parse('INPUT 2x2x1 -> TANH -> CONCAT(ID | DROPOUT 0.5) -> FC-2')
    const goal = { kind: 'gradients', statistics: 'tracked', to: [{ node: 'tanh1' }, { node: 'dropout1' }] } as const
    const made = plan(network, { batch: 2, goal: { ...goal, of: { node: 'concat1' } } })
    const program = await filled(made)
    program.write(made.ports.outputGradient as number, new Float32Array(16).fill(1))
    await program.run()
    const { tanh1, dropout1 } = made.ports.gradients?.nodes ?? {}
    expect([...(await program.read(tanh1 as number))]).toEqual(new Array(8).fill(2))
    expect([...(await program.read(dropout1 as number))]).toEqual(new Array(8).fill(1))
  })

  it('of a loss that takes logits do not reach a closing softmax', () => {
    const network = parse('INPUT 1x1x2 -> FC-3 -> SOFTMAX')
    const goal = { kind: 'gradients', to: [{ node: 'softmax1' }] } as const
    expect(() => plan(network, { goal })).toThrow(/nothing leads from softmax1/)
  })

  it('to a node are those that a network which begins there has for its pictures', async () => {
    const tail = 'CONV3-4 -> TANH -> GAP -> FC-3'
    const whole = parse(`INPUT 6x6x2 -> c: CONV3-3 -> t: TANH -> ${tail}`)
    const goal = { kind: 'gradients', of: { node: 'fc1' }, statistics: 'tracked' } as const
    const made = plan(whole, { batch: 2, goal: { ...goal, to: [{ node: 't' }] }, taps: ['t'] })
    const program = await filled(made)
    await program.run()
    const inner = plan(parse(`INPUT 6x6x3 -> ${tail}`), { batch: 2, goal: { ...goal, to: ['pictures'] } })
    const other = await filled(inner)
    other.write(inner.ports.pictures, await program.read(made.ports.taps?.t as number))
    await other.run()
    const expected = await other.read(inner.ports.gradients?.nodes.input1 as number)
    const got = await program.read(made.ports.gradients?.nodes.t as number)
    expect(expected.some((value) => value !== 0)).toBe(true)
    got.forEach((value, i) => {
      expect(value).toBeCloseTo(expected[i] as number, 6)
    })
  })
})

describe('wasm agrees with the reference', () => {
  const largest = (values: ArrayLike<number>) => Array.from(values).reduce((most, v) => Math.max(most, Math.abs(v)), 1)
  const goals: readonly [string, PlanOptions][] = [
    ['scores', { batch: 5 }],
    [
      'gradients of the loss to weights and pictures',
      { batch: 5, goal: { kind: 'gradients', to: ['weights', 'pictures'] } },
    ],
    [
      'by tracked statistics',
      { batch: 5, goal: { kind: 'gradients', to: ['weights', 'pictures'], statistics: 'tracked' } },
    ],
    ['frozen', { batch: 5, mode: 'gradients', frozen: ['conv1', '*2'] }],
  ]
  const networks = [
    ['smooth', smooth],
    ['products', products],
  ] as const
  const trials = goals.flatMap(([name, options]) =>
    networks.map((named) => [`${name}, ${named[0]}`, options, named[1]] as const),
  )
  it.each(trials)('%s', async (_name, options, network) => {
    const made = plan(network, { ...options, taps: ['add1', 'fc1'] })
    const [reference, wasm] = [await filled(made), await filled(made, wasmBackend())]
    try {
      await Promise.all([reference.run(), wasm.run()])
      const { output, taps = {}, gradients = { weights: {}, nodes: {} } } = made.ports
      const ids = [
        output,
        ...Object.values(taps),
        ...Object.values(gradients.weights),
        ...Object.values(gradients.nodes),
      ]
      for (const id of ids) {
        const [want, got] = [(await reference.read(id)) as Float32Array, await wasm.read(id)]
        const error = want.reduce((most, value, i) => Math.max(most, Math.abs(value - (got[i] as number))), 0)
        // Some 20 layers of sums of at most 100 terms.
        expect(error / largest(want), made.buffers[id]?.name).toBeLessThan(2 ** -24 * 100 * 20)
      }
    } finally {
      await wasm.dispose()
    }
  })
})

describe('taps', () => {
  it('keep values that would be fused away or overwritten', async () => {
    const network = parse('INPUT 4x4x1 -> CONV3-2 -> RELU -> CONV3-2 -> BN -> RELU -> FC-2')
    const plain = plan(network, { batch: 2 })
    const tapped = plan(network, { batch: 2, taps: ['conv1', 'relu1', 'bn1', 'input1'] })
    expect(Object.keys(tapped.ports.taps ?? {})).toEqual(['conv1', 'relu1', 'bn1', 'input1'])
    const [a, b] = [await filled(plain), await filled(tapped)]
    await Promise.all([a.run(), b.run()])
    expect(await b.read(tapped.ports.output)).toEqual(await a.read(plain.ports.output))
    const conv = await b.read(tapped.ports.taps?.conv1 as number)
    const relu = await b.read(tapped.ports.taps?.relu1 as number)
    expect(conv.some((value) => value < 0)).toBe(true)
    expect([...relu]).toEqual([...conv].map((value) => Math.max(value, 0)))
  })

  it('stay as they are where the last step could work in their place', async () => {
    const made = plan(parse('INPUT 1x1x2 -> FC-3 -> SOFTMAX'), { batch: 2, taps: ['fc1'] })
    const plain = plan(parse('INPUT 1x1x2 -> FC-3'), { batch: 2 })
    const [a, b] = [await filled(plain), await filled(made)]
    await Promise.all([a.run(), b.run()])
    expect(await b.read(made.ports.taps?.fc1 as number)).toEqual(await a.read(plain.ports.output))
  })

  it('take patterns', () => {
    const network = parse('INPUT 4x4x1 -> CONV3-2 -> RELU -> CONV3-2 -> RELU -> FC-2')
    expect(Object.keys(plan(network, { taps: ['relu*'] }).ports.taps ?? {})).toEqual(['relu1', 'relu2'])
  })

  it('of a closing softmax compute it beside the loss', async () => {
    const network = parse('INPUT 4x4x1 -> FC-3 -> SOFTMAX')
    const made = plan(network, { batch: 2, mode: 'gradients', taps: ['softmax1'] })
    const program = await filled(made)
    await program.run()
    const rows = (await program.read(made.ports.taps?.softmax1 as number)) as Float32Array
    expect(rows.slice(0, 3).reduce((a, b) => a + b)).toBeCloseTo(1, 6)
    const plain = await filled(plan(network, { batch: 2, mode: 'gradients' }))
    await plain.run()
    expect(await program.read(made.ports.losses as number)).toEqual(await plain.read(plain.plan.ports.losses as number))
  })
})

describe('frozen layers', () => {
  const network = parse('INPUT 8x8x1 -> CONV3-4 -> BN -> RELU -> DROPOUT 0.5 -> CONV3-4 -> BN -> RELU -> FC-3')
  const options = { batch: 4, mode: 'training', optimizer: 'adam' } as const
  const first = ['conv1', 'bn1', 'dropout1']

  it('have no gradient, no optimizer state and nothing random, and go by tracked statistics', () => {
    const all = plan(network, options)
    const made = plan(network, { ...options, frozen: first })
    const main = made.steps.slice(0, made.sections.main?.to)
    expect(main.filter(({ node, phase }) => first.includes(node) && phase !== 'forward')).toEqual([])
    expect(main.map(({ kind }) => kind)).not.toContain('dropout')
    expect(made.optimizerState.map(({ name }) => name).filter((name) => /^(conv1|bn1)\./.test(name))).toEqual([])
    expect(made.memory.optimizer).toBeLessThan(all.memory.optimizer)
    const updated = new Set(main.flatMap(({ updates }) => updates))
    for (const { name, buffer } of made.parameters) {
      expect(updated.has(buffer), name).toBe(!/^(conv1|bn1)\./.test(name))
    }
    expect(made.frozen).toEqual(first)
  })

  it('cannot be all layers in a training', () => {
    expect(() => plan(network, { ...options, frozen: ['*'] })).toThrow(/nothing to learn/)
  })

  it('let gradients through to layers before them', () => {
    const made = plan(network, { ...options, frozen: ['conv2', 'bn2', 'fc1'] })
    expect(made.optimizerState.map(({ name }) => name.split('.')[0])).toContain('conv1')
  })
})

describe('updates', () => {
  it('at once give the same weights as together, in less memory', async () => {
    const network = parse('INPUT 8x8x2 -> [CONV3-24 -> RELU]*4 -> GAP -> FC-3')
    const goal = { kind: 'training', optimizer: 'adam' } as const
    const once = plan(network, { batch: 3, goal })
    const together = plan(network, { batch: 3, goal: { ...goal, update: 'together' } })
    expect(once.memory.gradients).toBeLessThan(together.memory.gradients)
    const weights = async (made: Plan) => {
      const program = await filled(made)
      program.write(made.ports.scalars as number, [0.1, 1, 0.1, 0.001, 0, 0, 0, 0])
      await program.run()
      return Promise.all(made.parameters.map(({ buffer }) => program.read(buffer)))
    }
    expect(await weights(once)).toEqual(await weights(together))
  })
})

describe('a closing softmax', () => {
  it('on a map is refused where there is a loss', () => {
    const network = parse('INPUT 2x2x3 -> CONV1-2 -> SOFTMAX')
    expect(() => plan(network, { mode: 'training' })).toThrow(/GAP or FC before SOFTMAX/)
    expect(plan(network).steps.map(({ kind }) => kind)).toContain('softmax')
  })
})
