/** Network and goal → composition. */

import type { Network } from '../network/network.ts'
import { inferVolumes, type SizedNode } from '../network/volumes.ts'
import { f32 } from '../ops/specs.ts'

<<<<<<< HEAD

import type { Base, ComposedGoal, Composition } from './composition.ts'
import { Draft } from './draft.ts'
import type { Goal } from './goal.ts'
import { composeGradients } from './gradients.ts'
import { addParameters } from './lower.ts'

=======

import type { Value } from '../ops/types.ts'
import { Draft, type DraftValue } from './draft.ts'
import { fuse } from './fuse.ts'
import type { Goal, GradientTarget } from './goal.ts'
import { addGradients, type GradientTargets, type GradientValues, gradientTargets } from './gradients.ts'
import { addParameters, type DraftParameter, lower } from './lower.ts'

>>>>>>> t4

import { matchNodes } from './nodes.ts'
import { composeScores } from './scores.ts'
import { composeTraining } from './training.ts'

export interface ComposeOptions {
  /** Pictures for which shapes are written down. */
  readonly batch: number
  readonly taps: readonly string[]
  readonly frozen: readonly string[]
}

/** Throws `SizeError`, `ArgumentError`, `GradientError`, `OpShapeError`. */
export function compose(network: Network, goal: Goal, options: ComposeOptions): Composition {
  const nodes = inferVolumes(network)
  const draft = new Draft(options.batch)
  const { node, output } = nodes[0] as SizedNode
  const shape = [options.batch, output.height, output.width, output.channels]
  const pictures = draft.value(node.name, 'data', f32(...shape), true)
  const parameters = addParameters(draft, nodes)
  const frozen = matchNodes(nodes, options.frozen, 'frozen')
  const taps = matchNodes(nodes, options.taps, 'taps')
  const learned = parameters.filter(({ spec, node: of }) => spec.role === 'learned' && !frozen.has(of))
  const made = composeGoal({ nodes, draft, pictures, parameters, learned, frozen, taps }, goal)
  return { ...made, network, goal, frozen: [...frozen], draft, parameters }
}

<<<<<<< HEAD
function composeGoal(base: Base, goal: Goal): ComposedGoal {
  if (goal.kind === 'scores') return composeScores(base)
  return goal.kind === 'training' ? composeTraining(base, goal) : composeGradients(base, goal)
=======
interface Base 
  readonly nodes: readonly SizedNode[]
  readonly draft: Draft
  readonly pictures: DraftValue
  readonly parameters: readonly DraftParameter[]
  readonly frozen: ReadonlySet<string>
  readonly taps: ReadonlySet<string>

type Made = Pick<Composition, 'optimizerState' | 'backwardFrom' | 'sections' | 'values'>

const nothing: ReadonlySet<number> = new Set()

/** What the last layer gives, appended to the steps that there are. */
function composeScores({ nodes, draft, pictures, parameters, taps }: Base, suffix: string): Made {
  const before = draft.steps
  draft.steps = []
  const outputs = lower(draft, nodes, {
    pictures,
    parameters,
    statistics: () => 'tracked',
    seed: () => undefined,
    suffix,
  })
  const output = outputOf(nodes, outputs)
  const tapped = suffix === '' ? tapsOf(taps, outputs) : new Map<string, Value>()
  const reads = [output, ...tapped.values()]
  const held = new Set(reads.map((value) => draft.rootId(value)))
  const steps = fuse(draft, draft.steps, { held, learned: nothing })
  draft.steps = [...before, ...steps]
  return {
    optimizerState: new Map(),
    backwardFrom: draft.steps.length,
    sections: [{ name: 'scores', from: before.length, to: draft.steps.length, reads }],
    values: { pictures, output, scores: output, taps: tapped },
  }
}

function composeMain(base: Base, goal: Exclude<Goal, { kind: 'scores' }>): Made {
  const { nodes, draft, pictures, parameters, frozen, taps } = base
  const scalars = draft.value('scalars', 'scalars', scalarsSpec)
  const seed = draft.value('seed', 'scalars', seedSpec)
  const asTraining = goal.kind === 'training' || goal.statistics === 'batch'
  const lossSettings = goal.kind === 'training' ? goal.loss : 'loss' in goal.of ? goal.of.loss : undefined
  const last = nodes.at(-1) as SizedNode
  const closing = lossSettings !== undefined && last.layer.distribution === true
  if (closing) checkDistribution(last.output)
  const takesLogits = closing && resolveLoss(lossSettings).takesLogits
  const targeted = new Set(goal.kind === 'gradients' ? goal.to.flatMap((to) => nodesOf(to)) : [])
  const skips = takesLogits && !taps.has(last.node.name) && !targeted.has(last.node.name)

  const outputs = lower(draft, nodes, {
    pictures,
    parameters,
    statistics: (node) => (asTraining && !frozen.has(node) ? 'batch' : 'tracked'),
    seed: (node) => (asTraining && !frozen.has(node) ? seed : undefined),
    ...(skips && { skipped: last.node.name }),
    // The gradient of a value that two nodes share would be that of both.
    apart: targeted,
  })
  const learned = parameters.filter(({ spec, node }) => spec.role === 'learned' && !frozen.has(node))
  const targets: GradientTargets =
    goal.kind === 'training'
      ? { weights: new Map(learned.map(({ name, value }) => [name, value])), nodes: new Map() }
      : gradientTargets(goal, learned, outputs)
  const source = goal.kind === 'gradients' && 'node' in goal.of ? nodeOf(outputs, goal.of.node) : undefined
  const tapped = tapsOf(taps, outputs)
  // Where it is tapped, the closing layer is computed, too; the loss takes what flows into it all the same.
  const output = takesLogits ? (outputs.get(last.node.inputs[0] ?? '') as Value) : outputOf(nodes, outputs)
  const held = [output, ...tapped.values(), ...targets.nodes.values(), ...(source ? [source] : [])]
  draft.steps = fuse(draft, draft.steps, {
    held: new Set(held.map((value) => draft.rootId(value))),
    learned: new Set([...targets.weights.values()].map(({ id }) => id)),
  })

  const loss = lossSettings && addLoss(draft, lossSettings, output, last.output)
  if (goal.kind === 'training' && loss !== undefined) addGuard(draft, loss.losses, scalars)
  const backwardFrom = draft.steps.length
  const outputGradient =
    source && draft.value(`${draft.named(source).root.name}.gradient`, 'data', source, draft.named(source).pictures)
  const gradients =
    goal.kind === 'gradients'
      ? addGradients(draft, targets, source && outputGradient && { value: source, gradient: outputGradient })
      : undefined
  const optimizerState =
    goal.kind === 'training' ? addUpdates(draft, goal, learned, scalars) : new Map<string, DraftValue>()

  const read = [
    output,
    ...tapped.values(),
    ...(gradients ? [...gradients.weights.values(), ...gradients.nodes.values()] : []),
  ]
  if (loss) read.push(loss.losses, ...(loss.hits ? [loss.hits] : []))
  const main = { name: 'main', from: 0, to: draft.steps.length, reads: read } as const
  const scores = goal.kind === 'training' && goal.scores ? composeScores(base, scoresSuffix) : undefined
  return {
    optimizerState,
    backwardFrom,
    sections: [main, ...(scores?.sections ?? [])],
    values: {
      pictures,
      output,
      ...(scores && { scores: scores.values.output }),
      ...(loss && { loss }),
      scalars,
      seed,
      ...(outputGradient && { outputGradient }),
      ...(gradients && { gradients }),
      taps: tapped,
    },
  }
}

const axes = ({ height, width, channels }: Volume) => [height, width, channels] as const

function outputOf(nodes: readonly SizedNode[], outputs: ReadonlyMap<string, Value>): Value {
  return outputs.get(nodes.at(-1)?.node.name ?? '') as Value
}

function nodesOf(target: GradientTarget): readonly string[] {
  return typeof target === 'object' && 'node' in target ? [target.node] : []
}

function nodeOf(outputs: ReadonlyMap<string, Value>, name: string): Value {
  const value = outputs.get(name)
  if (value !== undefined) return value
  throw new ArgumentError('gradients: there is no layer of this name', {
    received: name,
    expected: [...outputs.keys()].slice(0, 12).join(', '),
  })
}

function tapsOf(taps: ReadonlySet<string>, outputs: ReadonlyMap<string, Value>): ReadonlyMap<string, Value> {
  return new Map([...taps].map((name) => [name, outputs.get(name) as Value]))
>>>>>>> t4
}
