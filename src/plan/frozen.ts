/** Which layers do not learn: by name or pattern, up to a layer (`until:conv4`), or all but those that give the scores. */

import { headsIn } from '../network/fitHead.ts'
import { inputsOf } from '../network/training.ts'
import type { SizedNode } from '../network/volumes.ts'
import { matchNodes } from './nodes.ts'

/** Every layer with weights in front of the head, and all that these are made of. */
export const allButHead = 'all-but-head'
const until = 'until:'

/**
 * Names of the layers that the patterns name. `until:NAME`: these layers and all that their outputs are made of.
 * `all-but-head`: what is in front of the layer that decides the number of scores (and of that of each auxiliary head).
 * Dropout right in front of the head is still drawn: it is behind the last frozen weights.
 * Throws `ArgumentError` where a pattern matches nothing.
 */
export function frozenNodes(nodes: readonly SizedNode[], patterns: readonly string[]): ReadonlySet<string> {
  const frozen = new Set<string>()
  for (const pattern of patterns) {
    const found = nodesOf(nodes, pattern)
    for (const name of found) frozen.add(name)
  }
  return frozen
}

function nodesOf(nodes: readonly SizedNode[], pattern: string): ReadonlySet<string> {
  if (pattern === allButHead) return madeOf(nodes, bodyOf(nodes))
  if (pattern.startsWith(until)) return madeOf(nodes, matchNodes(nodes, [pattern.slice(until.length)], 'frozen'))
  return matchNodes(nodes, [pattern], 'frozen')
}

/** The layers with weights that are not a head, nor behind the network's own. */
function bodyOf(nodes: readonly SizedNode[]): ReadonlySet<string> {
  const heads = new Set(headsIn(nodes))
  const behind = new Set<string>()
  for (const { node } of nodes) {
    if (inputsOf(node).some((name) => heads.has(name) || behind.has(name))) behind.add(node.name)
  }
  const body = nodes.filter(({ node: { name }, parameters }) => {
    return parameters.length > 0 && !heads.has(name) && !behind.has(name)
  })
  return new Set(body.map(({ node }) => node.name))
}

/** The nodes, and all that their outputs are made of; not the branches of auxiliary heads. */
function madeOf(nodes: readonly SizedNode[], names: ReadonlySet<string>): ReadonlySet<string> {
  const needed = new Set(names)
  for (const { node } of nodes.toReversed()) {
    if (needed.has(node.name)) for (const input of inputsOf(node)) needed.add(input)
  }
  return needed
}
