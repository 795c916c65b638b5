/** Single steps on a kernel module, without plan and program: for checks of bits and of speed. */

import { Random } from '../../core/random.ts'
import { sizeOf } from '../../core/shapes.ts'
import { bytesOf } from '../../ops/arrays.ts'
import type { StepKind } from '../../ops/ops.ts'
import type { ArraySpec, Attributes, Op } from '../../ops/types.ts'
import { wasmKernels } from '../../ops/wasm/kernels.ts'
import type { WasmCall } from '../../ops/wasm/types.ts'
import { KernelMissingError } from './errors.ts'
import type { KernelModuleName } from './gen/modules.gen.ts'
import { compileNow } from './modules.ts'

export interface SampleOptions {
  /** Default: normal values. */
  readonly fill?: (values: Float32Array, random: Random) => void
  /** A way to compute it by its name; default: the kernel's own choice. */
  readonly way?: string
}

/** A step on random values. */
export interface Sample extends SampleOptions {
  readonly op: Op<Attributes>
  readonly attributes: Attributes
  readonly inputs: readonly ArraySpec[]
}

export function sample<A extends Attributes>(
  op: Op<A>,
  attributes: NoInfer<A>,
  inputs: readonly ArraySpec[],
  options: SampleOptions = {},
): Sample {
  return { op: op as unknown as Op<Attributes>, attributes, inputs, ...options }
}

const normal: NonNullable<SampleOptions['fill']> = (values, random) => {
  for (let element = 0; element < values.length; element++) values[element] = random.normal()
}

type Kernel = (...args: number[]) => void

/** A module on a memory of its own, which runs one sample at a time. */
export class Bench {
  readonly #memory: WebAssembly.Memory
  readonly #kernels: Readonly<Record<string, Kernel>>

  constructor(name: KernelModuleName) {
    this.#memory = new WebAssembly.Memory({ initial: 16, maximum: 16, shared: name.endsWith('shared') })
    const { exports } = new WebAssembly.Instance(compileNow(name), { env: { memory: this.#memory } })
    this.#kernels = exports as unknown as Record<string, Kernel>
  }

  /** Lays a sample out, in place of the one before it, and prepares it; `words` are the bits of its first output. */
  place({ op, attributes, inputs, fill = normal, way }: Sample): { run(): void; words(): Uint32Array } {
    const step = { attributes, inputs, outputs: op.outputs(attributes, inputs), updates: [] }
    const random = Random.seeded(1, 'wide kernels')
    let end = 64
    const room = (bytes = 0) => {
      const at = end
      end = Math.ceil((at + bytes) / 64) * 64
      return at
    }
    const place = (spec: ArraySpec) => room(bytesOf(spec))
    const kernel = wasmKernels[op.kind as StepKind]
    const context = { exact: false, ...(way !== undefined && { way }) }
    const workspace = kernel.workspace?.(step, context) ?? {}
    const at = {
      inputs: inputs.map(place),
      outputs: step.outputs.map(place),
      updates: [],
      prepared: room(workspace.prepared),
      shared: room(workspace.shared),
    }
    const scratch = room(workspace.perThread)
    inputs.forEach(({ shape }, i) => {
      fill(new Float32Array(this.#memory.buffer, at.inputs[i], sizeOf(shape)), random)
    })
    const { prepare = [], run } = kernel.calls(step, at, context)
    const counter = new Int32Array(this.#memory.buffer, 0, 1)
    const call = ({ kernel, args, tiles }: WasmCall) => {
      counter[0] = 0
      const exported = this.#kernels[kernel]
      // Timed all the same, it would seem to take no time.
      if (!exported)
        throw new KernelMissingError(`no kernel is called "${kernel}"`, {
          received: `a step of ${op.kind}`,
          advice: 'run `npm run kernels`, and compare the names in wasm.ts and kernel.as.ts',
        })
      exported(...args, tiles, 0, scratch)
    }
    prepare.forEach(call)
    const [output = 0] = at.outputs
    const length = sizeOf((step.outputs[0] as ArraySpec).shape)
    return {
      run: () => run.forEach(call),
      words: () => new Uint32Array(this.#memory.buffer, output, length).slice(),
    }
  }
}
