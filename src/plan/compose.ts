/**
 * Network and goal → draft: the steps of every section, before anything has a place. It holds for any number of pictures;
 * `layOut` gives it places for one.
 */

import { ArgumentError, type Volume } from '../core/index.ts'
import type { Network } from '../network/network.ts'
import { inferVolumes, type SizedNode } from '../network/volumes.ts'
import { checkDistribution, resolveLoss } from '../ops/losses/table.ts'
import { scalarsSpec, seedSpec } from '../ops/scalars.ts'
import { f32 } from '../ops/specs.ts'
import type { Value } from '../ops/types.ts'
import { Draft, type DraftValue } from './draft.ts'
import { fuse } from './fuse.ts'
import type { Goal, GradientTarget } from './goal.ts'
import { addGradients, type GradientTargets, type GradientValues, gradientTargets } from './gradients.ts'
import { addParameters, type DraftParameter, lower } from './lower.ts'
import { matchNodes } from './nodes.ts'
import { addGuard, addLoss, addUpdates, type LossPorts } from './training.ts'
import type { SectionName } from './types.ts'

export interface ComposeOptions {
  readonly batch: number
  readonly taps: readonly string[]
  readonly frozen: readonly string[]
}

export interface Composition {
  readonly network: Network
  readonly goal: Goal
  readonly frozen: readonly string[]
  readonly draft: Draft
  /** Steps [from, to) of each section, in the order of the steps. */
  readonly sections: readonly DraftSection[]
  readonly parameters: readonly DraftParameter[]
  readonly optimizerState: ReadonlyMap<string, DraftValue>
  readonly backwardFrom: number
  readonly values: PortValues
}

export interface DraftSection {
  readonly name: SectionName
  readonly from: number
  readonly to: number
  /** What the host reads after a run of it. */
  readonly reads: readonly Value[]
}

export interface PortValues {
  readonly pictures: DraftValue
  readonly output: Value
  readonly scores?: Value
  readonly loss?: LossPorts
  readonly scalars?: DraftValue
  readonly seed?: DraftValue
  readonly outputGradient?: DraftValue
  readonly gradients?: GradientValues
  readonly taps: ReadonlyMap<string, Value>
}

/** Marks the values of the section `scores` where there is another one; no node has it in its name. */
const scoresSuffix = '@scores'

/** Throws `SizeError`, `ArgumentError`, `GradientError`, `OpShapeError`. */
export function compose(network: Network, goal: Goal, options: ComposeOptions): Composition {
  const nodes = inferVolumes(network)
  const draft = new Draft(options.batch)
  const first = nodes[0] as SizedNode
  const pictures = draft.value(first.node.name, 'data', f32(options.batch, ...axes(first.output)), true)
  const base: Base = {
    nodes,
    draft,
    pictures,
    parameters: addParameters(draft, nodes),
    frozen: matchNodes(nodes, options.frozen, 'frozen'),
    taps: matchNodes(nodes, options.taps, 'taps'),
  }
  const made = goal.kind === 'scores' ? composeScores(base, '') : composeMain(base, goal)
  const { optimizerState, backwardFrom, sections, values } = made
  const frozen = [...base.frozen]
  return { network, goal, frozen, draft, sections, parameters: base.parameters, optimizerState, backwardFrom, values }
}

interface Base {
  readonly nodes: readonly SizedNode[]
  readonly draft: Draft
  readonly pictures: DraftValue
  readonly parameters: readonly DraftParameter[]
  readonly frozen: ReadonlySet<string>
  readonly taps: ReadonlySet<string>
}

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
}
