/** Recomputation: the same bits as without, less memory, and the figures that it states. */

import { describe, expect, it } from 'vitest'
import { referenceBackend } from '../../backends/reference/backend.ts'
import type { Backend } from '../../backends/types.ts'
import { wasmBackend } from '../../backends/wasm/backend.ts'
import { Random } from '../../core/random.ts'
import { sizeOf } from '../../core/shapes.ts'
import { parse } from '../../notation/parse.ts'
import { ops } from '../../ops/ops.ts'
import { wasmTarget } from '../../ops/wasm/target.ts'
import { zoo } from '../../zoo/zoo.ts'
import { compose } from '../compose.ts'
import type { DraftStep } from '../draft.ts'
import { resolveGoal } from '../goal.ts'
import { MemoryLimitError, maxBatch, type Plan, type PlanOptions, plan } from '../index.ts'
import { layOut } from '../layOut.ts'
import { stepSpec } from '../step.ts'
import { rerunOf, withRecomputation } from './rerun.ts'

const networks = {
  chain: 'INPUT 12x12x3 -> [CONV3-8 -> RELU]*8 -> GAP -> FC-5 -> SOFTMAX',
  norms: 'INPUT 12x12x3 -> [CONV3-8 nobias -> BN -> RELU]*6 -> POOL2 -> DROPOUT 0.4 -> FC-5 -> SOFTMAX',
  residual: `INPUT 10x10x3 -> CONV3-8 -> [ADD(ID | CONV3-8 -> BN -> RELU -> CONV3-8 -> BN) -> RELU]*4
    -> ADD(CONV1-12 s2 | BN -> TANH -> CONV3-12 s2) -> GAP -> FC-5 -> SOFTMAX`,
  'identity mappings':
    'INPUT 10x10x3 -> CONV3-6 -> [ADD(ID | BN -> RELU -> CONV3-6 -> BN -> RELU -> CONV3-6)]*4 -> GAP -> FC-5',
  dense:
    'INPUT 9x9x3 -> CONV3-4 -> [CONCAT(ID | BN -> RELU -> CONV3-4)]*4 -> AVGPOOL2 -> FC-7 -> GELU -> DROPOUT -> FC-5',
  words: `INPUT 8x8x3 -> CONV3-8 -> PRELU -> BN noscale -> SILU -> ADD(ID | CONV3-8 -> BN noshift -> DROPPATH 0.3)
    -> MULTIPLY(ID | GAP -> CONV1-8 -> HARDSIGMOID) -> SCALE 0.5 learned -> SHUFFLE g2 -> CONCAT(SLICE-4 | SLICE-4 from4 -> CONV3-4 g4)
    -> PAD p1 reflect -> CROP to8 -> UPSAMPLE2 bilinear -> PIXELUNSHUFFLE2 -> MAXOUT2 -> AVGPOOL2 -> GMP -> MISH -> FC-5`,
  activations:
    'INPUT 8x8x2 -> CONV3-4 -> GELU -> CONV3-4 -> SIGMOID -> CONV3-4 -> LRELU 0.1 -> POOL2 -> FC-9 -> TANH -> FC-5',
} as const

const training: PlanOptions = { mode: 'training', optimizer: 'adam', clipNorm: 1 }

/** Bits of everything that outlives two steps with the same weights, images, labels and seeds: weights, statistics, state. */
async function bitsAfterTwoSteps(made: Plan, backend: Backend): Promise<ReadonlyMap<string, string>> {
  const program = await backend.bind(made)
  const { ports, parameters, optimizerState, buffers } = made
  const fill = (id: number, value: (index: number) => number) => {
    const size = sizeOf(buffers[id]?.shape ?? [])
    program.write(
      id,
      Float32Array.from({ length: size }, (_, index) => value(index)),
    )
  }
  for (const { name, buffer } of parameters) {
    const random = Random.seeded(3, name)
    fill(buffer, () => (name.endsWith('.variance') ? 0.5 + random.next() : random.normal() * 0.4))
  }
  const random = Random.seeded(11)
  fill(ports.pictures, () => random.normal())
  fill(ports.labels as number, (index) => index % 5)
  fill(ports.scalars as number, () => 0.01)
  for (const step of [5, 6]) {
    fill(ports.seed as number, (index) => (index === 0 ? 7 : step))
    await program.run()
  }
  const bits = new Map<string, string>()
  for (const { name, buffer } of [...parameters, ...optimizerState]) {
    const values = await program.read(buffer)
    // Otherwise all runs would agree on having learned nothing.
    expect(values.every(Number.isFinite), name).toBe(true)
    const { buffer: memory, byteOffset, byteLength } = values
    bits.set(name, Buffer.from(memory, byteOffset, byteLength).toString('base64'))
  }
  const gradients = Object.entries(ports.gradients?.weights ?? {})
  for (const [name, buffer] of gradients) bits.set(`${name}.gradient`, `${await program.read(buffer)}`)
  await program.dispose()
  return bits
}

/** Drops random forward steps of all that can be run again. */
function droppingAtRandom(text: string, options: PlanOptions, random: Random): { plain: Plan; dropping: Plan } {
  const composition = compose(parse(text), resolveGoal(options), { batch: 3, taps: [], frozen: [] })
  const target = wasmTarget({ threads: 1, exact: false })
  const share = random.next()
  const dropped = composition.draft.steps.slice(0, composition.backwardFrom).filter((step) => {
    return rerunOf(step) !== undefined && random.next() < share
  })
  return {
    plain: layOut(composition, 3, target),
    dropping: layOut(withRecomputation(composition, new Set<DraftStep>(dropped)), 3, target),
  }
}

describe('the same bits', () => {
  it.each(Object.entries(networks))('%s: whatever is dropped', async (_name, text) => {
    const random = Random.seeded(1, text)
    const backend = wasmBackend()
    let again = 0
    for (let trial = 0; trial < 12; trial++) {
      const { plain, dropping } = droppingAtRandom(text, training, random)
      again += dropping.steps.filter(({ phase }) => phase === 'recompute').length
      expect(await bitsAfterTwoSteps(dropping, backend)).toEqual(await bitsAfterTwoSteps(plain, backend))
    }
    expect(again).toBeGreaterThan(12)
  })

  it.each([
    ['wasm', wasmBackend()],
    ['reference', referenceBackend],
  ] as const)(
    'of the plan that is chosen, on %s, with frozen layers and gradients as the goal',
    async (_name, backend) => {
      const network = parse(networks.residual)
      for (const options of [
        { ...training, optimizer: 'momentum' },
        { ...training, frozen: ['conv1', 'bn1', 'bn2'] },
        { mode: 'gradients' },
      ] as const satisfies readonly PlanOptions[]) {
        const chosen = plan(network, { ...options, batch: 4, recompute: true })
        expect(chosen.recomputation?.steps).toBeGreaterThan(0)
        const plain = plan(network, { ...options, batch: 4 })
        expect(await bitsAfterTwoSteps(chosen, backend)).toEqual(await bitsAfterTwoSteps(plain, backend))
      }
    },
  )
})

describe('what is chosen', () => {
  it('takes at most 45 % of the memory of ResNet-50 at batch 32, for at most 35 % more MACs', () => {
    const network = zoo.network('resnet50')
    const { arenaBytes, recomputation } = plan(network, { ...training, batch: 32, recompute: true })
    expect(arenaBytes / (recomputation?.plainArenaBytes ?? 0)).toBeLessThan(0.45)
    expect((recomputation?.macs ?? 0) / (recomputation?.plainMacs ?? 1)).toBeLessThan(0.35)
  })

  it('computes nothing twice, so that it costs at most one forward pass', () => {
    const network = parse(networks.norms)
    const { steps } = plan(network, { ...training, batch: 8, recompute: true })
    const again = steps.filter(({ phase }) => phase === 'recompute').map(({ outputs }) => outputs[0])
    expect(new Set(again).size).toBe(again.length)
  })

  it('grows with the root of the depth: 4 times the layers, about twice the activations', () => {
    const deep = (layers: number) => parse(`INPUT 16x16x8 -> [CONV3-8 nobias -> RELU]*${layers} -> GAP -> FC-2`)
    const activations = (layers: number) => {
      const made = plan(deep(layers), { mode: 'training', batch: 16, recompute: true })
      return made.memory.activations + made.memory.gradients
    }
    // A segment more or less, as 64 and 256 layers have 8 and 16, is an eighth.
    expect(activations(256) / activations(64)).toBeLessThan(2 * (1 + 1 / 8))
  })

  it('meets a memory with fewer MACs the more there is, and costs nothing where the plain plan fits', () => {
    const network = zoo.network('resnet20')
    const options = { ...training, batch: 64 }
    const plain = plan(network, options)
    const share = (part: number) => {
      const memory = Math.floor(part * plain.arenaBytes)
      const made = plan(network, { ...options, recompute: { memory } })
      expect(made.arenaBytes).toBeLessThanOrEqual(memory)
      return made.recomputation?.macs ?? Number.NaN
    }
    const costs = [0.5, 0.6, 0.75, 0.9, 1].map(share)
    for (const [i, cost] of costs.entries()) if (i > 0) expect(cost).toBeLessThanOrEqual(costs[i - 1] as number)
    expect(costs[0]).toBeGreaterThan(0)
    expect(costs.at(-1)).toBe(0)
  })

  it('states the MACs that its steps have', () => {
    const made = plan(parse(networks.residual), { ...training, batch: 4, recompute: true })
    const sum = (wanted: (phase: string) => boolean) =>
      made.steps
        .slice(0, made.sections.main?.to)
        .filter(({ phase }) => wanted(phase))
        .reduce((total, step) => total + (ops[step.kind].macs?.(stepSpec(made.buffers, step)) ?? 0), 0)
    expect(made.recomputation?.macs).toBe(sum((phase) => phase === 'recompute'))
    expect(made.recomputation?.plainMacs).toBe(sum((phase) => phase !== 'recompute'))
  })

  it('changes nothing in scores', () => {
    const network = parse(networks.norms)
    expect(plan(network, { recompute: true })).toEqual(plan(network))
  })

  it('lets a larger batch fit, and one more does not', () => {
    const network = zoo.network('resnet20')
    const plain = maxBatch(network, 1e8, training)
    const batch = maxBatch(network, 1e8, { ...training, recompute: true })
    expect(batch).toBeGreaterThan(1.8 * plain)
    const recompute = { memory: 1e8 }
    expect(plan(network, { ...training, batch, recompute }).arenaBytes).toBeLessThanOrEqual(1e8)
    const refused = () => plan(network, { ...training, batch: batch + 1, recompute })
    expect(refused).toThrow(MemoryLimitError)
    expect(refused).toThrow(new RegExp(`at most 100000000 bytes[\\s\\S]*a batch of ${batch}, the largest that fits`))
    expect(plan(network, { ...training, batch: batch + 1, recompute: true }).arenaBytes).toBeGreaterThan(1e8)
  })

  it.each([
    [{ memory: 0 }, /positive number of bytes/],
    [{ memory: 1e9, steps: 3 }, /steps/],
    ['yes', /recompute/],
  ])('refuses %o', (recompute, message) => {
    const options = { ...training, recompute } as unknown as PlanOptions
    expect(() => plan(parse(networks.chain), options)).toThrow(message)
  })
})
