/**
 * What a plan is: a flat list of steps over buffers whose places in one arena are already fixed. It is plain data, a pure
 * function of (network, batch, mode, optimizer, threads), and it prints itself. Backends see plans, never layers.
 *
 * The arena is the whole memory of a run: control block, data, parameters, what lives for a while, and the workers'
 * workspaces. Its size is the plan's number, and the run allocates exactly that.
 */

import type { Shape } from '../core/index.ts'
import type { Network } from '../network/network.ts'
import type { StepKind } from '../ops/index.ts'
import type { OptimizerSettings } from '../ops/optimizer/optimizers.ts'
import type { DType } from '../ops/types.ts'

/** `training` updates parameters; `gradients` is training without the update (gradients stay readable); */
export type PlanMode = 'inference' | 'training' | 'gradients'

export interface PlanOptions {
  /** Pictures per run, at inference at most. Default 1. */
  readonly batch?: number
  /** Default `inference`. */
  readonly mode?: PlanMode
  /** Only with mode `training`. Default `sgd`. A name stands for its default settings. */
  readonly optimizer?: OptimizerSettings | OptimizerSettings['kind']
  /** What weight decay shrinks: `weights` (default) leaves out what its layer says does not decay, `all` leaves out nothing. */
  readonly decay?: 'weights' | 'all'
  /** Clip the gradients' global norm to this before the update. Default: no clipping. */
  readonly clipNorm?: number
  /** ε of label smoothing, 0 to 1. Default 0. */
  readonly labelSmoothing?: number
  /**
   * Without Winograd's method for 3×3 convolutions, which is faster but rounds up to four times as coarsely. Default false.
   */
  readonly exact?: boolean
  /** Workers to reserve workspaces for. Default 1. Never changes a result. */
  readonly threads?: number
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
  /** `conv1.filters`, `relu1`, `relu1.gradient` */
  readonly name: string
  readonly role: BufferRole
  readonly shape: Shape
  readonly dtype: DType
  /** In the arena; a multiple of 64. */
  readonly offset: number
  readonly bytes: number
  /** First and last step that needs it, inclusive; 0 and steps.length − 1 for what lives always. */
  readonly from: number
  readonly to: number
}

export interface PlanStep {
  readonly kind: StepKind
  /** Node of the network that asked for it. */
  readonly node: string
  readonly phase: 'forward' | 'loss' | 'backward' | 'update'
  readonly attributes: object
  /** Buffer ids. */
  readonly inputs: readonly number[]
  readonly outputs: readonly number[]
  readonly updates: readonly number[]
  /** Buffers of workspaces, where the step needs any. */
  readonly prepared?: number
  readonly shared?: number
}

/** A weight by its full name: where it lives and how it starts. */
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
  /** Control block, alignment, holes between lifetimes, rounding to whole pages of 64 KiB. */
  readonly padding: number
}

export interface Plan {
  readonly network: Network
  readonly mode: PlanMode
  readonly batch: number
  /** Numbers of pictures that it can be run for, largest first: the batch, and at inference its half, quarter, … and 1. */
  readonly sizes: readonly number[]
  readonly threads: number
  readonly exact: boolean
  readonly optimizer?: OptimizerSettings
  readonly steps: readonly PlanStep[]
  readonly buffers: readonly PlanBuffer[]
  /** Learned and tracked, in the network's order. */
  readonly parameters: readonly PlanParameter[]
  /** Optimizer state by name `<parameter>.<state>`, in the network's order. */
  readonly optimizerState: readonly PlanParameter[]
  /** Where the host reads and writes. */
  readonly ports: PlanPorts
  /** Index of the first step after the loss (backward); steps.length at inference. */
  readonly backwardFrom: number
  readonly memory: PlanMemory
  readonly arenaBytes: number
  /** What the workers keep step by, and their tile counter. */
  readonly control: { readonly offset: number; readonly bytes: number }
  readonly scratch: { readonly offset: number; readonly bytesPerThread: number }
}

export interface PlanPorts {
  /** f32 [n, h, w, c] */
  readonly pictures: number
  /** What the network gives, f32 [n, h, w, c]: at inference the last layer's output, in training the logits. */
  readonly output: number
  /** Training only: i32 [n] */
  readonly labels?: number
  /** Training only: f32 [n], one loss a picture */
  readonly losses?: number
  /** Training only: f32 [n], 1 where the arg-max is the label */
  readonly hits?: number
  /** f32 [SCALAR_COUNT] */
  readonly scalars?: number
  /** i32 [2] */
  readonly seed?: number
  /** Mode `gradients`: parameter name → gradient buffer. */
  readonly gradients?: Readonly<Record<string, number>>
}
