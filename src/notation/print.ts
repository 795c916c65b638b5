/** Network -> canonical text, such that `parse` gives the same network again. */

import { checkNetwork } from '../network/check.ts'
import { layerOf, type Network, type NetworkNode } from '../network/network.ts'
import { PrintError } from './errors.ts'
import { fold, type Item, type Piece } from './fold.ts'
import { limits } from './limits.ts'
import { Names } from './names.ts'
import { structureOf, type Unit } from './structure.ts'
import { WordWriter } from './wordText.ts'

/**
 * One line: words in capitals, options only if they differ from the defaults, names only if `parse` would choose others,
 * repeats as groups: `[CONV3-64 -> RELU]*2 -> POOL2`. Nodes are read back in the order of the text: branch by branch, each
 * join after its branches. Throws `PrintError` if text cannot hold the network.
 */
export function print(network: Network): string {
  checkNetwork('print', network)
  checkSize(network)
  const units = structureOf(network)
  const pieces = new Pieces(namesToWrite(units))
  const folded = pieces.chain(units, fold)
  // Brackets of groups count towards the limit; without groups, only those of branches are left.
  const text = depthOf(folded) > limits.depth ? pieces.chain(units, plain) : folded
  if (text.length <= limits.text) return text
  const { name } = network.nodes.at(-1) as NetworkNode
  throw new PrintError(name, 'the text is too long', {
    received: `${text.length} characters`,
    expected: `at most ${limits.text}`,
  })
}

class Pieces {
  readonly #named: ReadonlySet<NetworkNode>
  readonly #words = new WordWriter()

  constructor(named: ReadonlySet<NetworkNode>) {
    this.#named = named
  }

  chain(units: readonly Unit[], arrange: typeof fold): string {
    const pieces = units.map((unit) => this.#piece(unit, arrange))
    return itemsText(arrange(pieces), pieces)
  }

  /** Units are equal if their texts are: a written name occurs only once, so a unit that contains one equals no other. */
  #piece({ node, branches }: Unit, arrange: typeof fold): Piece {
    const name = this.#named.has(node) ? `${writableName(node)}: ` : ''
    const joined = branches.map((branch) => this.chain(branch, arrange) || 'ID').join(' | ')
    const space = layerOf(node).notation.branches === 'beside' ? ' ' : ''
    const text = `${name}${this.#words.text(node)}${branches.length === 0 ? '' : `${space}(${joined})`}`
    return { text, leads: branches.length > 0 || layerOf(node).macs !== undefined }
  }
}

function itemsText(items: readonly Item[], pieces: readonly Piece[]): string {
  return items
    .map((item) =>
      typeof item === 'number' ? (pieces[item] as Piece).text : `[${itemsText(item.body, pieces)}]*${item.times}`,
    )
    .join(' -> ')
}

function plain(pieces: readonly Piece[]): readonly Item[] {
  return pieces.map((_, index) => index)
}

function depthOf(text: string): number {
  let [depth, deepest] = [0, 0]
  for (const [bracket] of text.matchAll(/[[\](]|\)/g)) {
    depth += bracket === '[' || bracket === '(' ? 1 : -1
    deepest = Math.max(deepest, depth)
  }
  return deepest
}

/** Counts what `parse` counts: layers, and the branches of joins. */
function checkSize({ nodes }: Network): void {
  let size = 0
  for (const node of nodes) {
    const { branches } = layerOf(node).notation
    size += 1 + (branches === undefined ? 0 : node.inputs.length - (branches === 'beside' ? 1 : 0))
    if (size <= limits.layers) continue
    throw new PrintError(node.name, 'the network is too large for text', {
      received: `${nodes.length} layers`,
      expected: `at most ${limits.layers} layers and branches`,
    })
  }
}

/** Nodes for which `parse` would choose another name. */
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
  throw new PrintError(name, 'its name contains //, which starts a comment in text')
}
