/**
 * Runs an op case on the WASM kernels as a worker would, in one thread, and compares with the reference: within the
 * derived tolerance, with poisoned workspaces and canaries, in place where the op allows it, and with tiles dealt out
 * of order to two workers, which must give the same bits.
 */

import { readFileSync } from 'node:fs'
import { setFlagsFromString } from 'node:v8'
import { platform } from '#platform'
import { Random } from '../../core/random.ts'
import { bytesOf } from '../arrays.ts'
import type { OpCase } from '../cases.ts'
import type { StepKind } from '../ops.ts'
import type { ArraySpec, Attributes } from '../types.ts'
import { wasmKernels } from '../wasm/kernels.ts'
import type { WasmAddresses, WasmCall, WasmContext, WasmKernel } from '../wasm/types.ts'
import { TestArena } from './arena.ts'
import { type CaseArrays, drawArrays, inPlacePairs, runReference, stepOf } from './arrays.ts'

/**
 * The modules that are tried; shared memory differs in nothing that one thread could see. The wide one runs on any engine,
 * if only slowly, and here at once as the optimizing compiler makes it: it alone joins operations.
 */
export const testedModules = ['relaxed-single', 'plain-single', 'wide-single', 'short-single'] as const
export type TestedModule = (typeof testedModules)[number]

/** A kernel did something else than its op says. */
export class KernelFault extends Error {
  override readonly name = 'KernelFault'
}

type KernelFunction = (...args: number[]) => void

interface Loaded {
  readonly memory: WebAssembly.Memory
  readonly kernels: Readonly<Record<string, KernelFunction>>
}

const loaded = new Map<TestedModule, Loaded>()

/** The kernels of a module, on a memory that all its tests use one after the other. */
function load(name: TestedModule): Loaded {
  const known = loaded.get(name)
  if (known !== undefined) return known
  if (name === 'wide-single') {
    platform.wideVectors(true)
    setFlagsFromString('--wasm-tiering-budget=1')
    setFlagsFromString('--wasm-sync-tier-up')
  }
  const bytes = readFileSync(new URL(`../../backends/wasm/gen/${name}.wasm`, import.meta.url))
  const memory = new WebAssembly.Memory({ initial: 1, maximum: 65536 })
  const instance = new WebAssembly.Instance(new WebAssembly.Module(bytes), { env: { memory } })
  const made = { memory, kernels: instance.exports as unknown as Loaded['kernels'] }
  loaded.set(name, made)
  return made
}

/** What this case's op has in the table of kernels. */
export function kernelOf(row: OpCase): WasmKernel<Attributes> {
  return wasmKernels[row.op.kind as StepKind]
}

/** What the plan would tell the kernel. */
export function contextOf({ way, largest, threads }: OpCase): WasmContext {
  return {
    exact: false,
    ...(way !== undefined && { way }),
    ...(largest !== undefined && { largest }),
    ...(threads !== undefined && { threads }),
  }
}

export interface WasmTrial {
  readonly module: TestedModule
  /** Another kernel than the table's. */
  readonly kernel?: WasmKernel<Attributes>
  /** Deal single tiles, in an order drawn from this seed, to two workers that each have their own scratch. */
  readonly dealt?: number
  /** Let this output lie where this input does. */
  readonly share?: readonly [input: number, output: number]
}

export interface WasmResults {
  readonly outputs: readonly (Float32Array | Int32Array)[]
  readonly updates: readonly (Float32Array | Int32Array)[]
}

/** Lays out the arrays of a case, runs its calls, and checks everything but the numbers. */
export function runWasm(row: OpCase, arrays: CaseArrays, trial: WasmTrial): WasmResults {
  const step = stepOf(row)
  const { memory, kernels } = load(trial.module)
  const arena = new TestArena(memory)
  const kernel = trial.kernel ?? kernelOf(row)
  const context = contextOf(row)
  const workspace = kernel.workspace?.(step, context) ?? {}
  const counter = arena.place('tile counter', 4)
  const place = (what: string) => (spec: ArraySpec, i: number) => arena.place(`${what} ${i}`, bytesOf(spec))
  const inputs = step.inputs.map(place('input'))
  const outputs = step.outputs.map((spec, i) => {
    const shared = trial.share?.[1] === i ? inputs[trial.share[0]] : undefined
    return shared ?? place('output')(spec, i)
  })
  const updates = step.updates.map(place('update'))
  const room = (what: string, bytes = 0) => (bytes === 0 ? 0 : arena.place(what, bytes))
  const prepared = room('prepared workspace', workspace.prepared)
  const shared = room('shared workspace', workspace.shared)
  const scratches = [0, 1].map((worker) => room(`scratch of worker ${worker}`, workspace.perThread))
  arena.seal()
  step.inputs.forEach((spec, i) => {
    arena.write(inputs[i] as number, spec, arrays.inputs[i] as Float64Array)
  })
  step.updates.forEach((spec, i) => {
    arena.write(updates[i] as number, spec, arrays.updates[i] as Float64Array)
  })
  const before = step.inputs.map((spec, i) => arena.words(inputs[i] as number, spec).slice())

  const at: WasmAddresses = { inputs, outputs, updates, prepared, shared }
  const { prepare = [], run } = kernel.calls(step, at, context)
  const order = trial.dealt === undefined ? undefined : Random.seeded(trial.dealt, 'tiles')
  for (const call of [...prepare, ...run]) {
    const exported = exportOf(kernels, call)
    const start = (from: number, tiles: number, worker: 0 | 1) => {
      arena.poison(scratches[worker] as number, workspace.perThread ?? 0)
      new Int32Array(memory.buffer, counter, 1)[0] = from
      exported(...call.args, tiles, counter, scratches[worker] as number)
    }
    if (order === undefined) start(0, call.tiles, 0)
    else
      for (const tile of order.shuffle([...Array(call.tiles).keys()])) start(tile, tile + 1, order.integer(2) as 0 | 1)
  }

  const fault = (text: string) => new KernelFault(`${row.op.kind}, ${row.name}, on ${trial.module}: ${text}`)
  const damaged = arena.damaged()
  if (damaged.length > 0) throw fault(`wrote ${damaged.join('; ')}`)
  step.inputs.forEach((spec, i) => {
    if (trial.share?.[0] === i) return
    const changed = arena.words(inputs[i] as number, spec).findIndex((word, element) => word !== before[i]?.[element])
    if (changed >= 0) throw fault(`wrote to element ${changed} of input ${i}, which it may only read`)
  })
  step.outputs.forEach((spec, i) => {
    const missing = arena.firstUnwritten(outputs[i] as number, spec)
    if (missing >= 0) throw fault(`left element ${missing} of output ${i} unwritten`)
  })
  const read = (addresses: readonly number[]) => (spec: (typeof step.outputs)[number], i: number) =>
    arena.view(addresses[i] as number, spec).slice()
  return { outputs: step.outputs.map(read(outputs)), updates: step.updates.map(read(updates)) }
}

function exportOf(kernels: Loaded['kernels'], call: WasmCall): KernelFunction {
  const kernel = kernels[call.kernel]
  if (kernel === undefined) throw new KernelFault(`there is no kernel "${call.kernel}"; were the kernels built?`)
  if (kernel.length !== call.args.length + 3)
    throw new KernelFault(
      `kernel "${call.kernel}" takes ${kernel.length - 3} arguments of its own, ${call.args.length} were given`,
    )
  if (!Number.isInteger(call.tiles) || call.tiles < 0)
    throw new KernelFault(`kernel "${call.kernel}" was given ${call.tiles} tiles`)
  return kernel
}

/** Half a unit in the last place of 1 as float32. */
const epsilon = 2 ** -24

/**
 * Compares a case on a module with the reference and throws `KernelFault` at the first difference. A value may be off
 * by ε₃₂ · terms · (largest value of its array), times the amplification that its kernel admits to; whole numbers must
 * be equal.
 */
export function checkCase(row: OpCase, module: TestedModule, seed = 1, kernel = kernelOf(row)): void {
  const arrays = drawArrays(row, seed)
  const expected = runReference(row, arrays)
  const run = (trial: Partial<WasmTrial>) => runWasm(row, arrays, { module, kernel, ...trial })
  const actual = run({})
  const step = stepOf(row)
  const terms = row.terms * (kernel.amplification?.(step, contextOf(row)) ?? 1)
  for (const kind of ['outputs', 'updates'] as const)
    step[kind].forEach((spec, i) => {
      const wanted = expected[kind][i] as Float64Array
      const slack = spec.dtype === 'i32' ? 0 : tolerance(terms, wanted)
      compare(
        `${row.op.kind}, ${row.name}, on ${module}: ${kind.slice(0, -1)} ${i}`,
        actual[kind][i] ?? [],
        wanted,
        slack,
      )
    })
  const same = (how: string, other: WasmResults) => {
    for (const kind of ['outputs', 'updates'] as const)
      actual[kind].forEach((array, i) => {
        const at = firstOtherBits(array, other[kind][i] as Float32Array | Int32Array)
        if (at >= 0)
          throw new KernelFault(
            `${row.op.kind}, ${row.name}, on ${module}: ${kind.slice(0, -1)} ${i} has other bits at ${at} ${how}`,
          )
      })
  }
  if (module === 'wide-single' || module === 'short-single')
    same('on relaxed-single', run({ module: 'relaxed-single' }))
  same('when tiles are dealt in another order', run({ dealt: seed }))
  for (const share of inPlacePairs(row))
    same(`when it lies where input ${share[0]} does`, run({ share, dealt: seed + 1 }))
}

/** ε₃₂ · terms · largest: two roundings a term, each of at most half a unit in the last place. */
export function tolerance(terms: number, expected: Float64Array): number {
  let largest = 2 ** -126
  for (const value of expected) if (Math.abs(value) > largest && Number.isFinite(value)) largest = Math.abs(value)
  return 2 * epsilon * Math.max(terms, 1) * largest
}

export function compare(what: string, actual: ArrayLike<number>, expected: ArrayLike<number>, slack: number): void {
  for (let i = 0; i < expected.length; i++) {
    const [a, e] = [actual[i] as number, expected[i] as number]
    if (Math.abs(a - e) <= slack || Object.is(a, e)) continue
    throw new KernelFault(`${what}: element ${i} is ${a}, expected ${e} ± ${slack.toExponential(1)}`)
  }
}

function firstOtherBits(a: Float32Array | Int32Array, b: Float32Array | Int32Array): number {
  const words = new Uint32Array(b.buffer, b.byteOffset, b.length)
  return new Uint32Array(a.buffer, a.byteOffset, a.length).findIndex((word, i) => word !== words[i])
}
