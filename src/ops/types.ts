/**
 * What an op is. An op is one piece of mathematics on arrays: it knows no layers, no networks and no memory. A plan is a
 * list of steps, each step one op applied to buffers; `kind` names the op in the plan's print and in its JSON.
 *
 * An op answers questions; nobody asks it for its name. What it must answer is the interface `Op` below, and because
 * both `reference` and `wasm` are required there, an op without a kernel for a backend does not compile.
 */

import type { Shape } from '../core/index.ts'

/** Every element takes four bytes, on every backend that counts bytes. */
export type DType = 'f32' | 'i32'

/** An array as an op sees it. */
export interface ArraySpec {
  readonly shape: Shape
  readonly dtype: DType
}

/** Plain JSON-able data: a plan can be printed and read again. */
export type Attributes = object

/** An op applied to arrays of known shapes. */
export interface StepSpec<A> {
  readonly attributes: A
  /** Only read. */
  readonly inputs: readonly ArraySpec[]
  /** Only written, and wholly: what they held before does not matter. */
  readonly outputs: readonly ArraySpec[]
  /** Read and written: running statistics, parameters, optimizer state, scalars. They outlive the step. */
  readonly updates: readonly ArraySpec[]
}

export interface Op<A extends Attributes> {
  readonly kind: string
  /** One line for the plan's print: `5×5 s1 p2, 6 filters, relu`. */
  describe(attributes: A): string
  /** Shapes of the outputs. Throws `OpShapeError` where the inputs do not fit the attributes. */
  outputs(attributes: A, inputs: readonly ArraySpec[]): readonly ArraySpec[]
  /** Multiply–accumulates; absent where there are none worth counting. */
  macs?(attributes: A): number
  /** Pairs [input, output] that may share memory when the input is not needed afterwards. */
  readonly inPlace?: readonly (readonly [input: number, output: number])[]
  /**
   * The attributes that do `next` as well, if this op can take the step after it into its own store (conv + ReLU). What
   * `next` reads besides this op's output (parameters only) is appended to the inputs.
   */
  absorb?(attributes: A, next: { readonly kind: string; readonly attributes: Attributes }): A | undefined
  /**
   * Emits the steps that carry the gradient from the outputs to the inputs. Absent: nothing flows through this op.
   * `gradients[i]` is dL/d(outputs[i]), undefined where nothing depends on that output.
   */
  gradient?(step: AppliedStep<A>, gradients: readonly (Value | undefined)[], tape: Tape): void
  /** The meaning, in float64 and plain loops. */
  readonly reference: ReferenceKernel<A>
  readonly wasm: WasmKernel<A>
}

// --- before memory: values and the tape of the backward pass -------------------------------------------------------

/** An array that a step makes or reads, before the plan has given it bytes. */
export interface Value extends ArraySpec {
  readonly id: number
}

/** A step as lowering emitted it: an op and its values. */
export interface AppliedStep<A extends Attributes = Attributes> {
  readonly op: Op<A>
  readonly attributes: A
  readonly inputs: readonly Value[]
  readonly outputs: readonly Value[]
  readonly updates: readonly Value[]
}

/** Appends a step and returns its outputs. */
export type Emit = <A extends Attributes>(
  op: Op<A>,
  attributes: NoInfer<A>,
  inputs: readonly Value[],
  updates?: readonly Value[],
) => readonly Value[]

/** What a gradient rule may do. */
export interface Tape {
  readonly emit: Emit
  /** Whether dL/dvalue is needed at all: false for the pictures and for what comes before them. */
  wants(value: Value): boolean
  /** Contributes to dL/dvalue; several contributions are added up. */
  give(value: Value, gradient: Value): void
}

// --- reference ---------------------------------------------------------------------------------------------------

/** Element arrays in float64, in the order of the step's inputs, outputs and updates (i32 arrays hold whole numbers). */
export interface ReferenceData {
  readonly inputs: readonly Float64Array[]
  readonly outputs: readonly Float64Array[]
  readonly updates: readonly Float64Array[]
}

export type ReferenceKernel<A> = (step: StepSpec<A>, data: ReferenceData) => void

// --- wasm --------------------------------------------------------------------------------------------------------

/** Byte addresses in the arena. */
export interface WasmAddresses {
  readonly inputs: readonly number[]
  readonly outputs: readonly number[]
  readonly updates: readonly number[]
  /** Address of the prepared, and of the shared workspace; 0 where the op asked for none. */
  readonly prepared: number
  readonly shared: number
}

/**
 * One call of an exported kernel. The runner appends `tiles, counter, scratch`: workers take tiles from the counter until
 * none is left, and the next call begins when all that took part are done. Which workers do, nobody knows beforehand: what
 * one call leaves in a worker's scratch is not there for the next.
 */
export interface WasmCall {
  /** Name of an exported AssemblyScript function (`src/ops/<op>/kernel.as.ts`). */
  readonly kernel: string
  readonly args: readonly number[]
  readonly tiles: number
}

/** Bytes that a step needs besides its arrays. All are in the plan before anything runs. */
export interface WasmWorkspace {
  /** Made from the parameters alone (packed filters): kept at inference, made again by each step in training. */
  readonly prepared?: number
  /** Shared by the workers, for the length of the step. */
  readonly shared?: number
  /** For each worker, for the length of a call. */
  readonly perThread?: number
}

export interface WasmKernel<A> {
  /**
   * How many times larger than that of the plain sum (the reference's) this kernel's rounding error may be; 1 if absent.
   * Only for methods that trade exactness for speed; a derived bound, not a measured figure. Tests allow for it.
   */
  amplification?(attributes: A): number
  workspace?(step: StepSpec<A>): WasmWorkspace
  calls(step: StepSpec<A>, at: WasmAddresses): WasmCalls
}

export interface WasmCalls {
  /** Fill the prepared workspace: once at inference, before `run` in every training step. The shared one is theirs, too. */
  readonly prepare?: readonly WasmCall[]
  readonly run: readonly WasmCall[]
}
