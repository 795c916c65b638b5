/**
 * Network -> canonical text, such that `parse` gives the same network again. Every branch must part at one value and
 * meet in one ADD or CONCAT (series-parallel): the value that a join's branches part at is its immediate dominator,
 * the last node that every path from the input to the join goes through.
 */

import type { WordForm, WordParts } from '../layers/index.ts'
import { layerOf, type Network, type NetworkNode } from '../network/index.ts'
import { PrintError } from './errors.ts'
import { limits } from './limits.ts'
import { Names } from './names.ts'

/** A node as the text has it; branches in front. */
interface Unit {
  readonly node: NetworkNode
  readonly branches: readonly (readonly Unit[])[]
}

/**
 * One line. Words in capitals, options only where they differ from the usual, names only where they are not the ones
 * that `parse` would give. Throws `PrintError` where text cannot hold the network. Nodes read back in the order of the
 * text: branch by branch, each join after its branches.
 */
export function print(network: Network): string {
  const units = new Structure(network).units()
  const named = namesToWrite(units)
  const chainText = (chain: readonly Unit[]): string => chain.map(unitText).join(' -> ')
  const unitText = ({ node, branches }: Unit): string => {
    const name = named.has(node) ? `${writableName(node)}: ` : ''
    const joined = branches.map((branch) => chainText(branch) || 'ID').join(' | ')
    return `${name}${wordText(node)}${branches.length === 0 ? '' : `(${joined})`}`
  }
  return chainText(units)
}

class Structure {
  readonly #nodes: readonly NetworkNode[]
  readonly #index: ReadonlyMap<string, number>
  /** Immediate dominator by position; the first node is its own. */
  readonly #dominators: number[] = []
  readonly #printed = new Set<number>()

  constructor({ nodes }: Network) {
    this.#nodes = nodes
    this.#index = new Map(nodes.map(({ name }, index) => [name, index]))
    const depths: number[] = []
    for (const index of nodes.keys()) {
      const dominator = this.#inputs(index).reduce((a, b) => this.#meet(a, b, depths), this.#inputs(index)[0] ?? index)
      this.#dominators.push(dominator)
      depths.push(index === 0 ? 0 : (depths[dominator] as number) + 1)
    }
  }

  units(): readonly Unit[] {
    return this.#chain(undefined, this.#nodes.length - 1, 0)
  }

  #inputs(index: number): readonly number[] {
    return (this.#nodes[index] as NetworkNode).inputs.map((name) => this.#index.get(name) as number)
  }

  /** The last common node of two paths up the tree of dominators. */
  #meet(a: number, b: number, depths: readonly number[]): number {
    let [left, right] = [a, b]
    while (left !== right) {
      if ((depths[left] as number) >= (depths[right] as number)) left = this.#dominators[left] as number
      else right = this.#dominators[right] as number
    }
    return left
  }

  /** The units from behind `from` (undefined: the very start) up to `to`. */
  #chain(from: number | undefined, to: number, depth: number): readonly Unit[] {
    const chain: Unit[] = []
    for (let at: number | undefined = to; at !== from && at !== undefined; ) {
      const node = this.#nodes[at] as NetworkNode
      if (this.#printed.has(at)) throw this.#sharedNode(node)
      this.#printed.add(at)
      const joins = layerOf(node).notation.branches === true
      const before: number | undefined = at === 0 ? undefined : this.#dominators[at]
      if (!joins && node.inputs.length > 1) throw new PrintError(node.name, 'its word does not join branches')
      if (joins && depth >= limits.depth) {
        throw new PrintError(node.name, 'branches inside branches too deep', { expected: `at most ${limits.depth}` })
      }
      const branches = joins ? this.#inputs(at).map((input) => this.#chain(before, input, depth + 1)) : []
      chain.push({ node, branches })
      at = before
    }
    return chain.reverse()
  }

  #sharedNode({ name }: NetworkNode): PrintError {
    const users = this.#nodes.filter(({ inputs }) => inputs.includes(name)).map((node) => node.name)
    return new PrintError(name, 'its output goes several ways that text cannot hold', {
      received: `${name} feeds ${users.slice(0, 8).join(', ')}, inside branches that began before it`,
      expected: 'branches that part at one layer and meet in one word',
    })
  }
}

/** Nodes whose name `parse` would not give by itself. */
function namesToWrite(units: readonly Unit[]): ReadonlySet<NetworkNode> {
  const names = new Names()
  const written = new Set<NetworkNode>()
  const visit = ({ node, branches }: Unit): void => {
    for (const branch of branches) branch.forEach(visit)
    if (!names.isNext(node.type, node.name)) written.add(node)
  }
  units.forEach(visit)
  return written
}

function writableName({ name }: NetworkNode): string {
  if (!name.includes('//')) return name
  throw new PrintError(name, 'its name holds //, which begins a comment in text')
}

function wordText(node: NetworkNode): string {
  const { notation } = layerOf(node)
  const parts = notation.write(node.attributes)
  // JSON can hold attributes that no word says (an epsilon): better no text than another network.
  if (!sameData(notation.read(parts), node.attributes)) {
    throw new PrintError(node.name, `the notation has no ${notation.word} with these attributes`, {
      received: JSON.stringify(node.attributes),
      expected: `what ${notation.word} can say, as in ${notation.form.example}`,
    })
  }
  return partsText(notation.word, notation.form, parts)
}

function partsText(word: string, form: WordForm, parts: WordParts): string {
  const size = parts.size?.join('x') ?? ''
  const count = parts.count === undefined ? '' : `-${parts.count}`
  const flags = parts.flags ?? []
  return [
    `${word}${size}${count}`,
    ...(parts.volume === undefined ? [] : [parts.volume.join('x')]),
    ...(parts.number === undefined ? [] : [`${parts.number}`]),
    ...Object.keys(form.options ?? {}).flatMap((letter) => optionText(letter, parts.options?.[letter])),
    ...Object.keys(form.flags ?? {}).filter((flag) => flags.includes(flag)),
  ].join(' ')
}

function optionText(letter: string, values: readonly number[] | undefined): readonly string[] {
  return values === undefined ? [] : [`${letter}${values.join(values.length === 2 ? 'x' : ',')}`]
}

/** Plain data, value by value; an absent field is the same as an undefined one. */
function sameData(a: unknown, b: unknown): boolean {
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return Object.is(a, b)
  const keys = new Set([...Object.keys(a), ...Object.keys(b)])
  return [...keys].every((key) => sameData(a[key as keyof typeof a], b[key as keyof typeof b]))
}
