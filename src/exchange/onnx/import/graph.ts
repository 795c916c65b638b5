/** The graph's wiring, checked before anything is read from it: which operators are needed, and in which order. */

import { listed, printable } from '../../../core/text.ts'
import { ForeignFileError } from '../../errors.ts'
import type { OnnxGraph, OnnxNode } from '../proto/model.ts'

/** What a message calls an operator: its name, or what it makes. */
export function labelOf({ name, op, outputs }: OnnxNode): string {
  return `${printable(op)} ${printable(name === '' ? (outputs[0] ?? '') : name)}`
}

/**
 * The operators that an output needs, each after those that make its inputs.
 * @throws {ForeignFileError} a ring, a value that is made twice, or one that nothing makes
 */
export function sortedNodes(graph: OnnxGraph, output: string): readonly OnnxNode[] {
  const makers = makersOf(graph)
  const known = new Set([...graph.inputs.map(({ name }) => name), ...graph.initializers.keys()])
  const states = new Map<OnnxNode, 'open' | 'done'>()
  const order: OnnxNode[] = []
  // Without recursion: graphs are thousands of operators deep.
  const stack: { readonly node: OnnxNode; next: number }[] = []
  const enter = (value: string, user: OnnxNode | undefined) => {
    const node = makers.get(value)
    if (node === undefined) {
      if (known.has(value)) return
      throw nowhere(value, user)
    }
    if (states.get(node) === 'done') return
    if (states.get(node) === 'open')
      throw ring(
        stack.map((each) => each.node),
        node,
      )
    states.set(node, 'open')
    stack.push({ node, next: 0 })
  }
  enter(output, undefined)
  for (let top = stack.at(-1); top !== undefined; top = stack.at(-1)) {
    const value = top.node.inputs[top.next]
    top.next += 1
    if (value !== undefined) {
      if (value !== '') enter(value, top.node)
      continue
    }
    states.set(top.node, 'done')
    order.push(top.node)
    stack.pop()
  }
  return order
}

function makersOf(graph: OnnxGraph): ReadonlyMap<string, OnnxNode> {
  const makers = new Map<string, OnnxNode>()
  const given = new Set(graph.initializers.keys())
  for (const { name } of graph.inputs) given.add(name)
  for (const node of graph.nodes) {
    for (const name of node.outputs) {
      if (name === '') continue
      const other = makers.get(name)
      if (other !== undefined || given.has(name)) {
        throw new ForeignFileError(`the value ${printable(name)} is made twice`, {
          received: `by ${other === undefined ? 'the graph itself' : labelOf(other)} and by ${labelOf(node)}`,
          expected: 'one operator for each value',
          advice: 'export the model again',
        })
      }
      makers.set(name, node)
    }
  }
  return makers
}

function nowhere(value: string, user: OnnxNode | undefined): ForeignFileError {
  return new ForeignFileError(`no operator makes the value ${printable(value)}`, {
    received: user === undefined ? 'an output of the graph that nothing makes' : `${labelOf(user)}, which needs it`,
    expected: 'an operator, an input or an initializer of that name',
    advice: 'export the model again',
  })
}

function ring(open: readonly OnnxNode[], node: OnnxNode): ForeignFileError {
  const members = open.slice(open.indexOf(node)).map(labelOf)
  return new ForeignFileError('the graph is a ring: operators need their own results', {
    received: listed(members, 8),
    expected: 'operators that each come after those that make their inputs',
    advice: 'export the model again',
  })
}
