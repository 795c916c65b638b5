/** A step of one op laid out in a memory of its own, and a memcpy over as much of the same memory. */

import { sizeOf } from '../../../src/core/shapes.ts'
import { bytesOf } from '../../../src/ops/arrays.ts'
import type { StepKind } from '../../../src/ops/ops.ts'
import type { ArraySpec } from '../../../src/ops/types.ts'
import { wasmKernels } from '../../../src/ops/wasm/kernels.ts'
import type { WasmCall } from '../../../src/ops/wasm/types.ts'
import { arrayBytes } from './memory.ts'
import type { KernelRow } from './row.ts'

type Kernel = (...args: number[]) => void

/** What is run in turns. */
export interface Laid {
  run(): void
  copy(): void
  /** Some of the values that the first run left in outputs and updates. */
  readonly values: Float32Array
}

const counterAt = 64
const start = 1024
/** Arrays of a power of two bytes must not all begin in the same set of a cache. */
const gap = 192
const mostValues = 50_000

/** A kernel module for one thread. */
export class Layout {
  readonly #memory = new WebAssembly.Memory({ initial: 16, maximum: 65536 })
  readonly #kernels: Readonly<Record<string, Kernel>>

  constructor(module: WebAssembly.Module) {
    const { exports } = new WebAssembly.Instance(module, { env: { memory: this.#memory } })
    this.#kernels = exports as unknown as Record<string, Kernel>
  }

  /** Takes the place of the step before it. */
  lay(row: KernelRow): Laid {
    const { op, attributes, inputs, updates, positive, way } = row
    const step = { attributes, inputs, outputs: op.outputs(attributes, inputs), updates }
    let end = start
    const room = (bytes = 0): number => {
      const at = end
      end = Math.ceil((at + bytes) / 64) * 64 + gap
      return at
    }
    const place = (spec: ArraySpec) => room(bytesOf(spec))
    const kernel = wasmKernels[op.kind as StepKind]
    const context = { exact: false, ...(way !== undefined && { way }) }
    const workspace = kernel.workspace?.(step, context) ?? {}
    const at = {
      inputs: inputs.map(place),
      outputs: step.outputs.map(place),
      updates: updates.map(place),
      prepared: room(workspace.prepared),
      shared: room(workspace.shared),
    }
    const scratch = room(workspace.perThread)
    const half = Math.ceil(arrayBytes(row) / 2)
    const [from, to] = [room(half), room(half)]
    this.#reserve(end)

    const { buffer } = this.#memory
    const given = [...at.inputs, ...at.updates]
    for (const [i, { shape, dtype }] of [...inputs, ...updates].entries())
      fill(new (dtype === 'f32' ? Float32Array : Int32Array)(buffer, given[i], sizeOf(shape)), i, positive.includes(i))
    const counter = new Int32Array(buffer, counterAt, 1)
    const call = ({ kernel, args, tiles }: WasmCall) => {
      const run = this.#kernels[kernel]
      // Of a module older than the sources: what does nothing would be the fastest of all.
      if (run === undefined) throw new Error(`the kernel module has no ${kernel}: npm run kernels makes it anew`)
      counter[0] = 0
      run(...args, tiles, counterAt, scratch)
    }
    const outputs = step.outputs.map(({ shape }, i) => new Float32Array(buffer, at.outputs[i], sizeOf(shape)))
    // What is not written shows.
    for (const output of outputs) output.fill(Number.NaN)
    const { prepare = [], run } = kernel.calls(step, at, context)
    prepare.forEach(call)
    run.forEach(call)
    const updated = updates.map(({ shape }, i) => new Float32Array(buffer, at.updates[i], sizeOf(shape)))

    const bytes = new Uint8Array(buffer)
    return {
      run: () => run.forEach(call),
      copy: () => bytes.copyWithin(to, from, from + half),
      values: some([...outputs, ...updated]),
    }
  }

  #reserve(bytes: number): void {
    const missing = bytes - this.#memory.buffer.byteLength
    if (missing > 0) this.#memory.grow(Math.ceil(missing / 65536))
  }
}

/** A prime number of values over and over, so that no two rows are alike; other ones for each array. */
const period = 4099

function fill(values: Float32Array | Int32Array, array: number, isPositive: boolean): void {
  for (let i = 0; i < Math.min(period, values.length); i++) {
    // Evenly from −1 to 1.
    const value = (Math.imul(i + 1 + array * period, 2654435761) | 0) / 2 ** 31
    if (values instanceof Int32Array) values[i] = value * 2 ** 31
    else values[i] = isPositive ? 0.5 + Math.abs(value) / 2 : value
  }
  for (let done = period; done < values.length; done *= 2)
    values.copyWithin(done, 0, Math.min(done, values.length - done))
}

/** At odd distances, so that all channels have their turn. */
function some(arrays: readonly Float32Array[]): Float32Array {
  const length = arrays.reduce((sum, array) => sum + array.length, 0)
  const stride = Math.ceil(length / mostValues) | 1
  return Float32Array.from(
    arrays.flatMap((array) =>
      Array.from({ length: Math.ceil(array.length / stride) }, (_, i) => array[i * stride] ?? 0),
    ),
  )
}
