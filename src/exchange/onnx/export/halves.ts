/**
 * Filters as 16-bit floats: each is stored as float16, and a Cast makes it float32. Runtimes do that when they load the model and
 * compute in float32 as before. Biases and norms stay float32: they are few, and small variances have no float16.
 */

import type { OnnxNode } from '../proto/model.ts'
import type { DraftGraph, Initializer } from './draft.ts'

export function withHalves(graph: DraftGraph): DraftGraph {
  const casts = new Map<string, string>()
  const nodes: OnnxNode[] = []
  const taken = new Set([...graph.initializers.keys(), ...graph.nodes.flatMap(({ outputs }) => outputs)])
  const initializers = new Map<string, Initializer>()
  for (const [name, initializer] of graph.initializers) {
    const isHalf = initializer.kind === 'weight' && initializer.from.length > 1
    initializers.set(name, isHalf ? { ...initializer, half: true } : initializer)
    if (!isHalf) continue
    let cast = `${name}/float32`
    while (taken.has(cast)) cast += '_'
    taken.add(cast)
    casts.set(name, cast)
    const attributes = new Map([['to', { kind: 'int', value: 1 } as const]])
    nodes.push({ name: cast, op: 'Cast', domain: '', inputs: [name], outputs: [cast], attributes })
  }
  const users = graph.nodes.map((node) => ({ ...node, inputs: node.inputs.map((name) => casts.get(name) ?? name) }))
  return { ...graph, nodes: [...nodes, ...users], initializers }
}
