/**
 * Which weights of a network end its residual branches. Each branch adds about as much variance as there is: through n blocks
 * it doubles n times, and the thousand layers of ResNet-1001 leave the range of float32. With the last weights of every branch
 * beside an identity divided by √n, as Fixup does (Zhang, Dauphin, Ma 2019), the variance grows by less than e.
 */

import type { SizedNode } from '../../src/network/volumes.ts'

export interface Residuals {
  /** `conv3.filters` */
  readonly weights: ReadonlySet<string>
  /** What they are multiplied by. */
  readonly factor: number
}

export function residualsOf(nodes: readonly SizedNode[]): Residuals {
  const at = new Map(nodes.map(({ node }, index) => [node.name, index]))
  /** What a node depends on, after itself. */
  const upTo = (end: number): ReadonlySet<number> => {
    const seen = new Set([end])
    for (const index of seen) for (const name of nodes[index]?.node.inputs ?? []) seen.add(at.get(name) as number)
    return seen
  }
  const ends = nodes.flatMap(({ node }) => {
    if (node.type !== 'add') return []
    const branches = node.inputs.map((name) => upTo(at.get(name) as number))
    const identity = branches.find((branch) => branches.some((other) => other !== branch && endsWithin(branch, other)))
    return branches.flatMap((branch) => {
      const inside = [...branch].filter((index) => identity?.has(index) === false)
      return inside.sort((a, b) => b - a).find((index) => nodes[index]?.parameters.some(isLearned)) ?? []
    })
  })
  const weights = ends.flatMap((index) => {
    const { node, parameters } = nodes[index] as SizedNode
    return parameters.filter(isLearned).map(({ name }) => `${node.name}.${name}`)
  })
  return { weights: new Set(weights), factor: 1 / Math.sqrt(Math.max(1, ends.length)) }
}

/** Whether the first ends, with its first node, in the midst of the other. */
const endsWithin = ([end]: ReadonlySet<number>, other: ReadonlySet<number>) => other.has(end as number)

const isLearned = ({ role }: { readonly role: string }) => role === 'learned'
