/** What a training plan adds to the forward steps: the loss, the backward pass, clipping and the update. */

import { sizeOf } from '../core/index.ts'
import { clipNorms, clipScale } from '../ops/clip/op.ts'
import { crossEntropy } from '../ops/crossEntropy/op.ts'
import type { Optimizer } from '../ops/optimizer/optimizers.ts'
import { i32 } from '../ops/specs.ts'
import type { Value } from '../ops/types.ts'
import { backward } from './backward.ts'
import type { Draft, DraftParameter, DraftValue } from './draft.ts'
import type { Lowered } from './lower.ts'

export interface TrainingValues {
  readonly labels: DraftValue
  readonly losses: Value
  readonly hits: Value
  /** Index of the first step after the loss. */
  readonly backwardFrom: number
  /** Optimizer state by its name, `conv1.filters.velocity`. */
  readonly state: ReadonlyMap<string, DraftValue>
  /** By parameter name: filled where there is no optimizer to consume them. */
  readonly gradients: ReadonlyMap<string, Value>
}

export interface TrainingChoices {
  readonly batch: number
  readonly smoothing: number
  /** Absent: gradients are computed and kept. */
  readonly optimizer?: Optimizer | undefined
  readonly decay: 'weights' | 'all'
  readonly clipNorm?: number | undefined
  readonly scalars: DraftValue
}

interface Finished {
  readonly parameter: DraftParameter
  readonly gradient: Value
  readonly node: string
}

export function addTraining(draft: Draft, lowered: Lowered, choices: TrainingChoices): TrainingValues {
  const { batch, smoothing, optimizer, decay, clipNorm, scalars } = choices
  const labels = draft.value('labels', 'data', i32(batch))
  const lossEmit = draft.emitter('loss', 'loss', 'activation')
  const classes = sizeOf(lowered.output.shape) / batch
  const made = lossEmit(crossEntropy, { batch, classes, smoothing }, [lowered.output, labels])
  const [losses, hits, probabilities] = made as readonly [Value, Value, Value]
  draft.named(losses).name = 'losses'
  draft.named(hits).name = 'hits'
  draft.named(probabilities).name = 'probabilities'
  const backwardFrom = draft.steps.length

  const state = new Map<string, DraftValue>()
  const gradients = new Map<string, Value>()
  const waiting: Finished[] = []

  const update = ({ parameter, gradient, node }: Finished) => {
    if (optimizer === undefined) {
      gradients.set(parameter.name, gradient)
      return
    }
    const { shape, dtype } = parameter.value
    const rule = optimizer.ruleFor({ shape, dtype, decays: parameter.spec.decays })
    const states = rule.states.map((spec) => {
      const full = `${parameter.name}.${spec.name}`
      const value = draft.value(full, 'optimizer', spec)
      state.set(full, value)
      return value
    })
    const emit = draft.emitter(node, 'update', 'gradient')
    const decays = decay === 'all' || parameter.spec.decays
    rule.emit({ parameter: parameter.value, gradient, scalars, states, decay: decays }, emit)
  }

  // Without clipping each parameter is updated at once and its gradient dropped; the global norm needs them all.
  const clips = optimizer !== undefined && clipNorm !== undefined
  const norms: Value[] = []
  backward(draft, lowered.parameters, (parameter, gradient, node) => {
    if (!clips) return update({ parameter, gradient, node })
    waiting.push({ parameter, gradient, node })
    const emit = draft.emitter(node, 'backward', 'gradient', `${parameter.name}.norms`)
    norms.push(...emit(clipNorms, {}, [gradient]))
  })
  if (clips) {
    draft.emitter('clip', 'update', 'gradient')(clipScale, { maxNorm: clipNorm }, norms, [scalars])
    for (const finished of waiting) update(finished)
  }
  return { labels, losses, hits, backwardFrom, state, gradients }
}
