/** What is timed: a network's forward pass, or whole training steps. Plain data, so that it travels to the contenders. */

export interface ForwardWork {
  readonly kind: 'forward'
  readonly name: string
  /** In Lenslet's notation, or a name of the zoo. */
  readonly network: string
  readonly batch: number
}

export interface TrainWork {
  readonly kind: 'train'
  readonly name: string
  readonly network: string
  readonly batch: number
  /** Momentum as PyTorch writes it: v = μ·v + g, w −= η·v. The same everywhere, at a constant rate. */
  readonly rate: number
  readonly momentum: number
  /** λ of L2 decay on weights, not on biases; g += λ·w. */
  readonly weightDecay: number
  /** Steps on one batch, from the same weights, before the weights are compared. */
  readonly checkedSteps: number
}

export type Work = ForwardWork | TrainWork

/** One row of the benchmark: a work, who is asked, and what is demanded. */
export interface Row {
  /** Which table it stands in. */
  readonly group: 'judged' | 'layers' | 'networks' | 'training'
  readonly work: Work
  /** Also in `--quick`. */
  readonly quick?: true
  /** Only with `--all`, or when asked for by name. */
  readonly extra?: boolean
  /** Takes gigabytes for all contenders together: they are set up one after the other, thread count by thread count. */
  readonly heavy?: true
  /** At least this many times a peer's speed, at the same number of threads (a peer that has one, at any). */
  readonly targets?: readonly Target[]
  /** Only these peers beside Lenslet; default: all that can. */
  readonly peers?: readonly string[]
}

export interface Target {
  readonly peer: string
  /** Without the wide kernels: asked of `lenslet-narrow`. */
  readonly narrow?: true
  readonly ratio: number
  /** Default: every thread count. */
  readonly threads?: number
}
