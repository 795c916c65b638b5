/**
 * What a plan is: a flat list of steps over buffers whose places in one arena are already fixed. It is plain data, a pure
 * function of (network, goal, batch, target), and it prints itself. Backends see plans, never layers: everything that a run
 * needs to know is here.
 *
 * The arena is the whole memory of a run: the device's own head, data, parameters, what lives for a while, and the workers'
 * workspaces. Its size is the plan's number, and the run allocates exactly that.
 */

import type { Shape } from '../core/shapes.ts'
import type { Network } from '../network/network.ts'
import type { DType } from '../ops/arrays.ts'
import type { StepKind } from '../ops/ops.ts'
import type { Target } from '../ops/target.ts'
import type { Goal, GoalOptions, GoalWords } from './goal.ts'

export interface PlanOptions extends GoalWords {
  /** What the plan is for; or say it by `mode` and its words. Default: scores. */
  readonly goal?: GoalOptions
  /** Pictures per run, at most where the goal is scores. Default 1, or 2 where one has too few values to train a batch norm. */
  readonly batch?: number
  /** Layers whose outputs stay readable after a run, by name or pattern (`conv*`). */
  readonly taps?: readonly string[]
  /**
   * Layers that do not learn, by name or pattern (`stage1/*`), `until:conv4` or `all-but-head`: no gradient, no optimizer
   * state, tracked statistics, nothing random.
   */
  readonly frozen?: readonly string[]
  /**
   * Without Winograd's method for 3×3 convolutions, which is faster but rounds up to four times as coarsely. Default false.
   */
  readonly exact?: boolean
  /**
   * Drop activations after the forward pass and compute them again in the backward pass: less memory for more MACs, and
   * the same bits. `true`: the least memory. `{ memory }`: the fewest MACs that fit into this many bytes; nothing where the
   * plan fits without. Default false. A plan for scores keeps no activations, and takes no notice.
   */
  readonly recompute?: boolean | { readonly memory: number }
  /** Workers to reserve workspaces for. Default 1. Never changes a result. */
  readonly threads?: number
  /** The device. Default: WebAssembly, for as many threads and as exact as said above. */
  readonly target?: Target
}

export type BufferRole =
  /** pictures, labels: the host writes them */
  | 'data'
  /** what changes from step to step: learning rate, seed */
  | 'scalars'
  /** learned */
  | 'parameter'
  /** running statistics */
  | 'tracked'
  /** optimizer state */
  | 'optimizer'
  | 'activation'
  | 'gradient'
  | 'workspace'

export interface PlanBuffer {
  readonly id: number
  /** Unique: `conv1.filters`, `relu1`, `relu1.gradient`. */
  readonly name: string
  readonly role: BufferRole
  readonly shape: Shape
  readonly dtype: DType
  /** Whether the first axis counts pictures: smaller runs use the first of them. */
  readonly pictures: boolean
  /** The buffer whose memory this is under another shape. */
  readonly viewOf?: number
  /** In the arena; a multiple of the target's alignment. */
  readonly offset: number
  readonly bytes: number
  /** What it holds from the start, which a backend writes when it binds the plan: class weights. */
  readonly values?: readonly number[]
  /** First and last step that needs it, inclusive; 0 and steps.length − 1 for what lives always. */
  readonly from: number
  readonly to: number
}

export interface PlanStep {
  readonly kind: StepKind
  /** Node of the network that asked for it. */
  readonly node: string
  /** `recompute`: in the backward pass, what the forward pass has computed and dropped. */
  readonly phase: 'forward' | 'loss' | 'backward' | 'recompute' | 'update'
  readonly attributes: object
  /** Buffer ids. */
  readonly inputs: readonly number[]
  readonly outputs: readonly number[]
  readonly updates: readonly number[]
  /** Buffers of workspaces, where the step needs any. */
  readonly prepared?: number
  readonly shared?: number
}

/** A range of the steps that is run by itself. Sections share the memory of what lives only while one of them runs. */
export interface PlanSection {
  /** Steps [from, to). */
  readonly from: number
  readonly to: number
  /** Numbers of pictures that it can be run for, largest first. */
  readonly sizes: readonly number[]
  /**
   * Prepared workspaces are filled at the section's start (and need not be again, until a parameter is written or another
   * section runs), or by each step just before it uses them.
   */
  readonly prepares: 'at start' | 'by step'
}

/** `main`: gradients or training. `scores`: what the last layer gives, by tracked statistics. */
export type SectionName = 'main' | 'scores'

/** A weight, or a state of the optimizer, by its full name. */
export interface PlanParameter {
  readonly name: string
  readonly buffer: number
}

/** Bytes by use at the plan's fullest step. All but the first add up to it exactly. */
export interface PlanMemory {
  /** The whole arena: what the run allocates. */
  readonly arenaBytes: number
  readonly parameters: number
  /** Running statistics of batch norm. */
  readonly tracked: number
  readonly optimizer: number
  /** Pictures, labels, scalars. */
  readonly data: number
  readonly activations: number
  readonly gradients: number
  /** Packed filters, partial sums, the workers' own. */
  readonly workspace: number
  /** The device's head, alignment, holes between lifetimes, rounding to the target's granule. */
  readonly padding: number
}

/** What recomputation saves and costs. */
export interface PlanRecomputation {
  /** Parts of the forward pass that are kept or computed again as a whole. */
  readonly segments: number
  /** Steps that are run again. */
  readonly steps: number
  /** Multiply–accumulates of those steps, for the whole batch. */
  readonly macs: number
  /** Multiply–accumulates of the section `main` without recomputation, forward and backward, for the whole batch. */
  readonly plainMacs: number
  /** The arena without recomputation. */
  readonly plainArenaBytes: number
}

export interface Plan {
  readonly network: Network
  readonly goal: Goal
  readonly batch: number
  /** The device that it was made for. */
  readonly target: Pick<Target, 'name' | 'threads' | 'exact'>
  /** Layers that do not learn. */
  readonly frozen: readonly string[]
  readonly steps: readonly PlanStep[]
  readonly sections: Readonly<Partial<Record<SectionName, PlanSection>>>
  readonly buffers: readonly PlanBuffer[]
  /** Learned and tracked, in the network's order. */
  readonly parameters: readonly PlanParameter[]
  /** Optimizer state by name `<parameter>.<state>`. */
  readonly optimizerState: readonly PlanParameter[]
  /** Where the host reads and writes. */
  readonly ports: PlanPorts
  /** Index of the first step after the loss; where there is no loss, of the first that is not forward. */
  readonly backwardFrom: number
  readonly memory: PlanMemory
  readonly arenaBytes: number
  /** What is computed again in the backward pass, where it was asked for. */
  readonly recomputation?: PlanRecomputation
  /** Bytes in front that belong to the device. */
  readonly head: number
  /** Each worker's own bytes, one after the other. */
  readonly scratch: { readonly offset: number; readonly bytesPerThread: number }
}

/** The scalars of some weights. */
export interface PlanGroup {
  /** Index in the goal's groups; absent: the weights that no group names. */
  readonly group?: number
  /** True for weights that the optimizer leaves to another one (`Optimizer.others`). */
  readonly isOther: boolean
  /** f32 [SCALAR_COUNT] */
  readonly scalars: number
}

export interface PlanPorts {
  /** f32 [n, h, w, c] */
  readonly pictures: number
  /** What the network gives, f32 [n, h, w, c]; with a loss that takes logits, the logits. */
  readonly output: number
  /** Of the section `scores`, where there is one: what the last layer gives, f32 [n, h, w, c]. */
  readonly scores?: number
  /** What the loss compares with: i32 [n] for cross-entropy. */
  readonly labels?: number
  /** f32 [n], one loss per picture. */
  readonly losses?: number
  /** f32 [n], 1 where the best score is the label's. */
  readonly hits?: number
  /** f32 [SCALAR_COUNT] */
  readonly scalars?: number
  /** The same for weights of groups, and for those that an optimizer leaves to another one. */
  readonly groups?: readonly PlanGroup[]
  /** i32 [2] */
  readonly seed?: number
  /** dL/d(output) of the node that gradients are of. */
  readonly outputGradient?: number
  /** Gradients that were asked for: by the weight's name, and by the node's. */
  readonly gradients?: {
    readonly weights: Readonly<Record<string, number>>
    readonly nodes: Readonly<Record<string, number>>
  }
  /** Outputs that were asked for, by the node's name. */
  readonly taps?: Readonly<Record<string, number>>
}
