// The memory of a training is what its plan says, to the byte, before, during and after a step: networks × batches ×
// optimizers, with and without recomputation. The largest batch for a memory runs in it, and one more is refused.
import { describe, expect, it, vi } from 'vitest'
import { wasmBackend } from '../src/backends/wasm/backend.ts'
import { sizeOf } from '../src/core/shapes.ts'
import { maxBatch, type Plan, type PlanOptions, parse, plan, zoo } from '../src/index.ts'
import type { Network } from '../src/network/network.ts'
import { optimizerKinds } from '../src/ops/optimizer/optimizers.ts'
import { LARGEST_MEMORY } from '../src/ops/wasm/target.ts'

const networks: Readonly<Record<string, Network>> = {
  lenet5: zoo.network('lenet5'),
  'cifar-small': zoo.network('cifar-small'),
  resnet20: zoo.network('resnet20'),
  airbench: zoo.network('airbench'),
  chain: parse('INPUT 13x11x3 -> [CONV3-12 -> RELU]*6 -> GAP -> FC-7'),
  norms: parse(
    'INPUT 24x24x3 -> [CONV3-16 nobias -> BN -> RELU]*2 -> POOL2 -> [CONV3-24 nobias -> BN -> RELU]*2 -> FC-5',
  ),
  'identity mappings': parse(
    'INPUT 16x16x3 -> CONV3-8 -> [ADD(ID | BN -> RELU -> CONV3-8 -> BN -> RELU -> CONV3-8)]*3 -> GAP -> FC-5',
  ),
  dense: parse('INPUT 12x12x3 -> CONV3-6 -> [CONCAT(ID | BN -> RELU -> CONV3-4)]*5 -> AVGPOOL2 -> FC-5'),
  depthwise: parse(
    'INPUT 20x20x3 -> CONV3-16 s2 -> [CONV3-16 g16 -> BN -> RELU6 -> CONV1-16 -> BN]*3 -> GAP -> DROPOUT -> FC-5',
  ),
  'fully connected': parse('INPUT 8x8x1 -> FC-64 -> TANH -> FC-32 -> GELU -> DROPOUT 0.3 -> FC-4'),
}

/** Runs a step of a training and its scores; gives the bytes of every memory that was allocated for it. */
async function allocatedBy(made: Plan): Promise<readonly number[]> {
  const { Memory } = WebAssembly
  const allocated: number[] = []
  const spy = vi.spyOn(WebAssembly, 'Memory').mockImplementation(function count(descriptor): WebAssembly.Memory {
    const memory = new Memory(descriptor)
    allocated.push(memory.buffer.byteLength)
    return memory
  })
  try {
    const program = await wasmBackend().bind(made)
    const { ports, buffers } = made
    const size = sizeOf(buffers[ports.pictures]?.shape ?? [])
    program.write(
      ports.pictures,
      Float32Array.from({ length: size }, (_, i) => Math.sin(i)),
    )
    await program.run()
    await program.run({ section: 'scores' })
    expect(program.allocatedBytes).toBe(made.arenaBytes)
    await program.dispose()
  } finally {
    spy.mockRestore()
  }
  return allocated
}

// What finds out which kernels are the best here runs once in a process, and takes memory of its own.
const warm = allocatedBy(plan(parse('INPUT 4x4x1 -> FC-2'), { mode: 'training' }))

describe.each(Object.entries(networks))('%s', (_name, network) => {
  it.each([2, 5])('batch %i: every optimizer allocates its plan', async (batch) => {
    await warm
    const ways: readonly PlanOptions[] = [{}, { recompute: true }, { clipNorm: 1 }]
    for (const [index, optimizer] of optimizerKinds.entries()) {
      // Every way with the first optimizer, and one of them with each other.
      for (const more of index === 0 ? ways : [ways[index % ways.length] as PlanOptions]) {
        const made = plan(network, { mode: 'training', optimizer, batch, ...more })
        expect(await allocatedBy(made), optimizer).toEqual([made.arenaBytes])
      }
    }
  })
})

describe('the largest batch', () => {
  const memory = 24e6

  it.each([
    ['plain', {}],
    ['with recomputation', { recompute: { memory } }],
  ] as const)('for 24 MB runs in them, %s, and one more is refused', async (_name, how) => {
    const network = networks.resnet20 as Network
    const options = { mode: 'training', optimizer: 'momentum', ...how } as const
    const batch = maxBatch(network, memory, options)
    const [made] = await allocatedBy(plan(network, { ...options, batch }))
    expect(made).toBeLessThanOrEqual(memory)
    if ('recompute' in how)
      expect(() => plan(network, { ...options, batch: batch + 1 })).toThrow(/at most 24000000 bytes/)
    else expect(plan(network, { ...options, batch: batch + 1 }).arenaBytes).toBeGreaterThan(memory)
  })

  it('that a run can address is the last that is not refused', async () => {
    const network = parse('INPUT 512x512x16 -> [CONV3-16 -> RELU]*4 -> GAP -> FC-2')
    const options = { mode: 'training', optimizer: 'sgd' } as const
    const batch = maxBatch(network, LARGEST_MEMORY, options)
    expect(plan(network, { ...options, batch }).arenaBytes).toBeLessThanOrEqual(LARGEST_MEMORY)
    const more = plan(network, { ...options, batch: batch + 1 })
    const refused = wasmBackend().bind(more)
    await expect(refused).rejects.toThrow(/cannot be addressed/)
    await expect(refused).rejects.toThrow(
      new RegExp(`${more.arenaBytes} bytes[\\s\\S]*at most ${LARGEST_MEMORY} bytes`),
    )
  })
})
