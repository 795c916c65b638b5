/**
 * Nodes -> chains with branches. Branches must split at one value and meet in one ADD or CONCAT (series-parallel). The value
 * at which the branches of a join split is its immediate dominator: the last node on every path from the input to the join.
 */

import { layerOf, type Network, type NetworkNode } from '../network/network.ts'
import { PrintError } from './errors.ts'
import { limits } from './limits.ts'

/** A node with its branches; the text has the branches first. */
export interface Unit {
  readonly node: NetworkNode
  readonly branches: readonly (readonly Unit[])[]
}

/** The network as one chain. Throws `PrintError` for wiring that is not series-parallel. */
export function structureOf(network: Network): readonly Unit[] {
  return new Structure(network).units()
}

class Structure {
  readonly #nodes: readonly NetworkNode[]
  readonly #index: ReadonlyMap<string, number>
  /** Immediate dominator by position; the first node is its own. */
  readonly #dominators: number[] = [0]
  readonly #depths: number[] = [0]
  /** A dominator further up: a path of n nodes takes O(log n) steps (Myers: An Applicative Random-Access Stack, 1983). */
  readonly #jumps: number[] = [0]
  readonly #printed = new Set<number>()

  constructor({ nodes }: Network) {
    this.#nodes = nodes
    this.#index = new Map(nodes.map(({ name }, index) => [name, index]))
    for (let index = 1; index < nodes.length; index++) {
      const dominator = this.#inputs(index).reduce((a, b) => this.#meet(a, b))
      const jump = this.#jumps[dominator] as number
      const [here, there, further] = [dominator, jump, this.#jumps[jump] as number].map((at) => this.#depths[at])
      const even = (here as number) - (there as number) === (there as number) - (further as number)
      this.#dominators.push(dominator)
      this.#depths.push((here as number) + 1)
      this.#jumps.push(even ? (this.#jumps[jump] as number) : dominator)
    }
  }

  units(): readonly Unit[] {
    return this.#chain(undefined, this.#nodes.length - 1, 0)
  }

  #inputs(index: number): readonly number[] {
    return (this.#nodes[index] as NetworkNode).inputs.map((name) => this.#index.get(name) as number)
  }

  /** The last common node of two paths up the tree of dominators. */
  #meet(a: number, b: number): number {
    const [jumps, parents] = [this.#jumps, this.#dominators]
    const depth = (at: number) => this.#depths[at] as number
    let [low, high] = depth(a) > depth(b) ? [a, b] : [b, a]
    while (depth(low) > depth(high)) {
      const jump = jumps[low] as number
      low = depth(jump) >= depth(high) ? jump : (parents[low] as number)
    }
    while (low !== high) {
      const next = jumps[low] === jumps[high] ? parents : jumps
      low = next[low] as number
      high = next[high] as number
    }
    return low
  }

  /** The units after `from` (undefined: from the start) up to `to`. */
  #chain(from: number | undefined, to: number, depth: number): readonly Unit[] {
    const chain: Unit[] = []
    for (let at: number | undefined = to; at !== from && at !== undefined; ) {
      const node = this.#nodes[at] as NetworkNode
      if (this.#printed.has(at)) throw this.#sharedNode(node)
      this.#printed.add(at)
      const { branches: form } = layerOf(node).notation
      const joins = form !== undefined
      const before: number | undefined = at === 0 ? undefined : this.#dominators[at]
      if (!joins && node.inputs.length > 1) throw new PrintError(node.name, 'its word does not join branches')
      if (joins && depth >= limits.depth) {
        throw new PrintError(node.name, 'its branches are nested too deeply', { expected: `at most ${limits.depth}` })
      }
      const ends = joins ? this.#inputs(at) : []
      if (form === 'beside' && ends[0] !== before)
        throw new PrintError(node.name, 'its branch does not begin at its input')
      const branches = ends.slice(form === 'beside' ? 1 : 0).map((input) => this.#chain(before, input, depth + 1))
      chain.push({ node, branches })
      at = before
    }
    return chain.reverse()
  }

  #sharedNode({ name }: NetworkNode): PrintError {
    const users = this.#nodes.filter(({ inputs }) => inputs.includes(name)).map((node) => node.name)
    return new PrintError(name, 'text cannot express where its output goes', {
      received: `${name} feeds ${users.slice(0, 8).join(', ')}, inside branches that began before it`,
      expected: 'branches that split at one layer and meet in one word',
    })
  }
}
