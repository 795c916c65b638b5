/**
 * What an op is. An op is one piece of mathematics on arrays: it knows no layers, no networks, no memory and no device. A
 * plan is a list of steps, each step one op applied to buffers; `kind` names the op in the plan's print and in its JSON.
 *
 * An op answers questions; no code tests its name. How a device computes it stands in that device's own table of
 * kernels, which the compiler holds complete (`src/ops/wasm/kernels.ts`).
 */

import type { ArraySpec } from './arrays.ts'

export type { ArraySpec, DType } from './arrays.ts'

/** Plain JSON-able data: a plan can be printed and read again. Sizes of arrays are not in it: they are the arrays' own. */
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
  /** One line for the plan's print: `5×5 s1 p2, 6 filters, relu`. Shapes are printed beside it. */
  describe(attributes: A): string
  /**
   * Shapes of the outputs. The planner asks it for several numbers of pictures, so it must depend on nothing but its
   * arguments. Throws `OpShapeError` where inputs or updates do not fit.
   */
  outputs(attributes: A, inputs: readonly ArraySpec[], updates?: readonly ArraySpec[]): readonly ArraySpec[]
  /** Names of the outputs after the first, for the plan's buffers: `batchMean`. */
  readonly outputNames?: readonly string[]
  /** Multiply–accumulates; absent where there are none worth counting. */
  macs?(step: StepSpec<A>): number
  /**
   * Pairs [input, output] that may share memory when the input is not needed afterwards. The reference and every device's
   * kernel must give the same results either way.
   */
  readonly inPlace?: readonly (readonly [input: number, output: number])[]
  /**
   * The attributes that do `next` as well, if this op can take the step after it into its own store (conv + ReLU). What
   * `next` reads besides this op's output (parameters only) is appended to the inputs.
   */
  absorb?(attributes: A, next: { readonly kind: string; readonly attributes: Attributes }): A | undefined
  /**
   * The step that makes the first output again, bit for bit, once this step has run; recomputation drops the output and
   * runs it in the backward pass. It may read this step's inputs and its other outputs. Absent: a step that updates
   * nothing is run once more as it is, and a step that updates something is not run again.
   */
  again?(step: AppliedStep<A>): Rerun
  /**
   * How gradients flow from the outputs to the inputs. `'none'` says that no gradient can flow through this op (it is a
   * gradient or an update itself); to ask for one is then an error at planning, never silence.
   */
  readonly gradient: GradientRule<A> | 'none'
  /** The meaning, in float64 and plain loops. */
  readonly reference: ReferenceKernel<A>
}

/**
 * Emits the steps that carry the gradient from the outputs to the inputs. `gradients[i]` is dL/d(outputs[i]), undefined
 * where nothing depends on that output.
 */
export type GradientRule<A> = (step: AppliedStep<A>, gradients: readonly (Value | undefined)[], tape: Tape) => void

// --- before memory: values and the tape of the backward pass -------------------------------------------------------

/** An array that a step makes or reads, before the plan has given it bytes. */
export interface Value extends ArraySpec {
  readonly id: number
}

/** A step as lowering emitted it: an op and its values. */
export interface AppliedStep<A = Attributes> {
  readonly attributes: A
  readonly inputs: readonly Value[]
  readonly outputs: readonly Value[]
  readonly updates: readonly Value[]
}

/** A step that makes an output again, without updating anything. */
export interface Rerun {
  readonly op: Op<Attributes>
  readonly attributes: Attributes
  readonly inputs: readonly Value[]
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
  /** Whether dL/dvalue is needed at all: false for what depends on nothing that a gradient was asked for. */
  wants(value: Value): boolean
  /** Contributes to dL/dvalue; several contributions are added up. */
  give(value: Value, gradient: Value): void
  /** How a rectifier (ReLU, leaky ReLU, …) is to hand the gradient on. Each op with a rectifier asks, at each of them. */
  rectifierRule(): RectifierRule
}

/**
 * What goes back through a rectifier with slope s(x), 0 or 1 for ReLU, from the gradient g of its output:
 *
 * - `gradient`: g·s(x), the derivative.
 * - `deconvnet`: g·s(g), whatever x was: the rectifier itself, applied to g (Zeiler and Fergus 2014, "Visualizing and
 *   Understanding Convolutional Networks", section 2.1).
 * - `guided`: g·s(x)·s(g), both (Springenberg et al. 2015, "Striving for Simplicity", figure 1).
 *
 * The last two are no gradients; they show which parts of an image excite a unit.
 */
export type RectifierRule = 'gradient' | 'guided' | 'deconvnet'

// --- reference ---------------------------------------------------------------------------------------------------

/** Element arrays in float64, in the order of the step's inputs, outputs and updates (i32 arrays hold whole numbers). */
export interface ReferenceData {
  readonly inputs: readonly Float64Array[]
  readonly outputs: readonly Float64Array[]
  readonly updates: readonly Float64Array[]
}

export type ReferenceKernel<A> = (step: StepSpec<A>, data: ReferenceData) => void
