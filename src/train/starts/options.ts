/** How weights start, beyond what their layers say: the rules, checked against the network. What they do is in apply.ts. */

import { ArgumentError } from '../../core/errors.ts'
import { checkOptions, printKind } from '../../core/options.ts'
import type { Network } from '../../network/network.ts'
import { inferVolumes, type SizedNode } from '../../network/volumes.ts'
import { weightsNamed } from '../../plan/groups.ts'

/** Which weights: as `ParameterGroup.weights`. Default: those that the rule is usually for. */
interface Weights {
  readonly weights?: string | undefined
}

/** Rules are applied in their order, before the first step of a training that is not resumed. Biases and norms keep their start. */
export type Start =
  /** Uniform within ±1/√fanIn, as PyTorch's layers start. Default: all filters. */
  | ({ readonly kind: 'uniform' } & Weights)
  /**
   * Filter i passes channel i through (`torch.nn.init.dirac_`), for as many filters as there are channels; the others stay as
   * they are. Default: the filters of convolutions larger than 1×1.
   */
  | ({ readonly kind: 'identity' } & Weights)
  /** An orthogonal matrix, times `gain` (Saxe et al. 2013). Default: all filters, gain 1. */
  | ({ readonly kind: 'orthogonal'; readonly gain?: number | undefined } & Weights)
  /**
   * The directions in which patches of the training images vary, each divided by its deviation, and their negatives (Page
   * 2018, Jordan 2024). Only for a convolution that sees the images. Default: the first one, 5000 images, epsilon 5e-4,
   * which is added to each variance.
   */
  | ({
      readonly kind: 'whitening'
      readonly images?: number | undefined
      readonly epsilon?: number | undefined
    } & Weights)
  /** Scaled to this standard deviation over all values. Default: the layers that give the scores, deviation 1. */
  | ({ readonly kind: 'deviation'; readonly deviation?: number | undefined } & Weights)
  /**
   * Scaled, layer by layer, so that a batch of training images gives every layer outputs of deviation 1 (LSUV: Mishkin and
   * Matas 2016, who start from orthogonal filters). Default: all filters.
   */
  | ({ readonly kind: 'lsuv' } & Weights)

export type StartKind = Start['kind']

/** A weight that a rule is for. */
export interface StartTarget {
  /** `conv1.filters` */
  readonly name: string
  readonly sized: SizedNode
  /** [F, F, C/groups, K] */
  readonly shape: readonly number[]
  readonly fanIn: number
}

interface StartRow {
  /** For help texts. */
  readonly meaning: string
  readonly numbers: Readonly<Record<string, { readonly text: string; allows(value: number): boolean }>>
  /** Whether it is for this weight by default. */
  suits(target: StartTarget, targets: readonly StartTarget[], heads: ReadonlySet<string>): boolean
}

const positive = { text: 'a number above 0', allows: (value: number) => value > 0 }

export const startRows: Readonly<Record<StartKind, StartRow>> = {
  uniform: { meaning: 'as PyTorch’s layers start', numbers: {}, suits: () => true },
  identity: {
    meaning: 'filter i passes channel i through',
    numbers: {},
    // A layer that uses the whole map at once has no center.
    suits: ({ sized, shape }, _, heads) =>
      (shape[0] as number) * (shape[1] as number) > 1 &&
      sized.layer.sliding === undefined &&
      !heads.has(sized.node.name),
  },
  orthogonal: { meaning: 'orthogonal matrices', numbers: { gain: positive }, suits: () => true },
  whitening: {
    meaning: 'first layer from the images: patches in uncorrelated directions of equal size',
    numbers: {
      images: { text: 'a whole number from 1', allows: (value) => Number.isInteger(value) && value >= 1 },
      epsilon: positive,
    },
    suits: (target, [first]) => target === first,
  },
  deviation: {
    meaning: 'scaled to deviation 1',
    numbers: { deviation: positive },
    suits: ({ sized }, _, heads) => heads.has(sized.node.name),
  },
  lsuv: { meaning: 'scaled so that each layer’s outputs have deviation 1', numbers: {}, suits: () => true },
}

export const startKinds = Object.keys(startRows) as readonly StartKind[]

/** A rule and its weights, in the network's order. */
export interface ResolvedStart {
  readonly rule: Start
  readonly targets: readonly StartTarget[]
}

/** Throws `ArgumentError`. */
export function resolveStarts(network: Network, starts: readonly Start[] = []): readonly ResolvedStart[] {
  if (!Array.isArray(starts)) {
    throw new ArgumentError('start must be a list', {
      received: printKind(starts),
      expected: "a list such as [{ kind: 'identity' }, { kind: 'whitening' }]",
    })
  }
  if (starts.length === 0) return []
  const nodes = inferVolumes(network)
  const targets = targetsIn(nodes)
  const heads = new Set<string>()
  if (targets.length > 0 && starts.some((rule) => rule?.kind === 'deviation' || rule?.kind === 'identity'))
    for (const name of headFilters(nodes)) heads.add(name)
  return starts.map((rule) => resolve(nodes, rule, targets, heads))
}

function headFilters(nodes: readonly SizedNode[]): readonly string[] {
  try {
    return [...(weightsNamed(nodes, ['head'])[0] ?? [])].map((name) => name.slice(0, name.lastIndexOf('.')))
  } catch {
    return []
  }
}

function resolve(
  nodes: readonly SizedNode[],
  rule: Start,
  targets: readonly StartTarget[],
  heads: ReadonlySet<string>,
): ResolvedStart {
  const { kind, weights, ...numbers } = (typeof rule === 'object' && rule !== null ? rule : { kind: rule }) as Start
  if (!Object.hasOwn(startRows, kind)) {
    throw new ArgumentError('there is no such start', {
      received: JSON.stringify(rule) ?? String(rule),
      expected: startKinds.map((each) => `{ kind: '${each}' }`).join(', '),
    })
  }
  const row = startRows[kind]
  const known: Readonly<Record<string, true>> = Object.fromEntries(
    Object.keys(row.numbers).map((name) => [name, true as const]),
  )
  checkOptions<Record<string, unknown>>(`the start ${kind}`, numbers, known)
  for (const [name, value] of Object.entries(numbers)) {
    const limit = row.numbers[name]
    if (value === undefined || limit === undefined) continue
    if (typeof value === 'number' && Number.isFinite(value) && limit.allows(value)) continue
    throw new ArgumentError(`${name} of the start ${kind} is invalid`, {
      received: String(value),
      expected: limit.text,
    })
  }
  const named = weights === undefined ? undefined : (weightsNamed(nodes, [weights])[0] as ReadonlySet<string>)
  const found = targets.filter((each) => (named === undefined ? row.suits(each, targets, heads) : named.has(each.name)))
  if (found.length === 0) {
    throw new ArgumentError(`the start ${kind} has no weights to start`, {
      received: weights ?? 'the weights that it is usually for',
      expected: `filters: ${targets.map(({ name }) => name).join(', ') || 'the network has none'}`,
    })
  }
  if (kind === 'whitening') for (const target of found) checkWhitening(target, nodes)
  return { rule, targets: found }
}

/** Weights that multiply what flows through. */
function targetsIn(nodes: readonly SizedNode[]): readonly StartTarget[] {
  return nodes.flatMap((sized) =>
    sized.parameters.flatMap(({ name, shape, initial, decays, role }) =>
      role === 'learned' && decays && shape.length === 4 && initial.kind !== 'constant'
        ? [{ name: `${sized.node.name}.${name}`, sized, shape, fanIn: initial.fanIn }]
        : [],
    ),
  )
}

function checkWhitening({ name, sized, shape }: StartTarget, nodes: readonly SizedNode[]): void {
  const [source] = sized.node.inputs
  const isFirst = source === nodes[0]?.node.name && shape[2] === sized.inputs[0]?.channels
  const directions = (shape[0] as number) * (shape[1] as number) * (shape[2] as number)
  if (isFirst && directions <= 512) return
  throw new ArgumentError(`${name} cannot start from whitened patches`, {
    received: isFirst ? `patches of ${directions} values` : `a layer whose input is ${source}`,
    expected: isFirst ? 'patches of at most 512 values' : 'a convolution that sees the images, without groups',
  })
}
