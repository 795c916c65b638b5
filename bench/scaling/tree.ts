/** Lenslet as a checkout has it: loaded by its path, so that two of them can take turns in one process. */

import { resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { Plan } from '../../src/plan/types.ts'
import type { ScalingWork } from './works.ts'

type At<Path extends string> = Path extends 'plan'
  ? typeof import('../../src/plan/plan.ts')
  : Path extends 'backend'
    ? typeof import('../../src/backends/wasm/backend.ts')
    : never

export interface Contender {
  readonly arenaBytes: number
  run(): Promise<void>
  dispose(): Promise<void>
}

export interface Tree {
  /** For the table's head; empty for this checkout. */
  readonly name: string
  readonly variant: string
  plan(work: ScalingWork, threads: number): Plan
  contender(work: ScalingWork, threads: number): Promise<Contender>
  load<T>(file: string): Promise<T>
}

export async function treeAt(path: string, variant: string): Promise<Tree> {
  const load = <T>(file: string) => import(pathToFileURL(resolve(path, 'src', file)).href) as Promise<T>
  const { parse } = await load<typeof import('../../src/notation/parse.ts')>('notation/parse.ts')
  const { zoo } = await load<typeof import('../../src/zoo/zoo.ts')>('zoo/zoo.ts')
  const { plan: planOf } = await load<At<'plan'>>('plan/plan.ts')
  const { wasmBackend } = await load<At<'backend'>>('backends/wasm/backend.ts')
  const { platform } = await load<typeof import('../../src/platform/node.ts')>('platform/node.ts')
  if (variant === 'wide') platform.wideVectors(true)
  const plan = ({ network, batch, training, exact }: ScalingWork, threads: number) =>
    planOf(zoo.has(network) ? zoo.network(network) : parse(network), {
      batch,
      threads,
      exact,
      ...(training ? { goal: { kind: 'training', optimizer: { kind: 'momentum', rate: 0.01, momentum: 0.9 } } } : {}),
    })
  return {
    name: path === '.' ? '' : `${path}: `,
    variant,
    plan,
    load,
    async contender(work, threads) {
      const program = await wasmBackend({ variant }).bind(plan(work, threads))
      fill(program.plan, (buffer, values) => program.write(buffer, values))
      return { arenaBytes: program.plan.arenaBytes, run: () => program.run(), dispose: () => program.dispose() }
    },
  }
}

/** Weights, pictures and labels such that no value grows or vanishes over a hundred layers, and nothing is skipped. */
export function fill(
  { buffers, parameters, optimizerState, ports }: Plan,
  write: (buffer: number, values: Float32Array) => void,
): void {
  const make = (id: number, value: (index: number) => number) => {
    const { shape } = buffers[id] as Plan['buffers'][number]
    const values = new Float32Array(shape.reduce((product, side) => product * side, 1))
    for (let index = 0; index < values.length; index++) values[index] = value(index)
    write(id, values)
  }
  let state = 1
  const noise = () => {
    state ^= state << 13
    state ^= state >>> 17
    state ^= state << 5
    return state / 2147483648
  }
  for (const { buffer } of parameters) {
    const { shape, role } = buffers[buffer] as Plan['buffers'][number]
    const terms = shape.slice(0, -1).reduce((product, side) => product * side, 1)
    // A tracked variance of 2: what no ReLU halves does not double, over fifty layers.
    if (shape.length > 1) make(buffer, () => noise() * Math.sqrt(6 / terms))
    else make(buffer, () => (role === 'tracked' ? 2 : 1) + 0.1 * noise())
  }
  for (const { buffer } of optimizerState) make(buffer, () => 0)
  make(ports.pictures as number, noise)
  if (ports.labels !== undefined) make(ports.labels, (index) => index % 10)
  // The rate is so small that thousands of steps change nothing to speak of.
  if (ports.scalars !== undefined) make(ports.scalars, (index) => [1e-7, 1, 0.1, 0.1, 0, 0, 0, 0][index] as number)
  if (ports.seed !== undefined) make(ports.seed, () => 1)
}
