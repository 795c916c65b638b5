/** Network → forward steps: asks every layer to lower itself, in order. */

import type { Lowering } from '../layers/index.ts'
import type { SizedNode } from '../network/volumes.ts'
import { f32 } from '../ops/specs.ts'
import type { Value } from '../ops/types.ts'
import type { Draft, DraftParameter, DraftValue } from './draft.ts'

export interface Lowered {
  readonly pictures: DraftValue
  /** At inference what the last layer gives; in training the logits that the loss takes. */
  readonly output: Value
  readonly parameters: readonly DraftParameter[]
}

export function lower(
  draft: Draft,
  nodes: readonly SizedNode[],
  { mode, batch, largestBatch, exact, seed }: Pick<Lowering, 'mode' | 'batch' | 'largestBatch' | 'exact' | 'seed'>,
): Lowered {
  const outputs = new Map<string, Value>()
  const parameters: DraftParameter[] = []
  let pictures: DraftValue | undefined
  for (const [stream, { node, layer, inputs, output, parameters: specs }] of nodes.entries()) {
    if (inputs.length === 0) {
      pictures = draft.value(node.name, 'data', f32(batch, output.height, output.width, output.channels))
      outputs.set(node.name, pictures)
      continue
    }
    const given = node.inputs.map((name) => outputs.get(name) as Value)
    // Cross-entropy is taken from the logits: a closing softmax is left out of training.
    if (mode === 'training' && layer.distribution === true && stream === nodes.length - 1) {
      outputs.set(node.name, given[0] as Value)
      continue
    }
    const own = new Map<string, Value>()
    for (const spec of specs) {
      const name = `${node.name}.${spec.name}`
      const value = draft.value(name, spec.role === 'learned' ? 'parameter' : 'tracked', f32(...spec.shape))
      parameters.push({ name, value, spec, layer })
      own.set(spec.name, value)
    }
    const emit = draft.emitter(node.name, 'forward', 'activation')
    const of = { mode, batch, largestBatch, exact, emit, seed, stream }
    const value = draft.named(layer.lower(of, node.attributes, given, own))
    // Ops see rows or flat arrays as they like; between layers a value is always [n, h, w, c].
    value.shape = [batch, output.height, output.width, output.channels]
    outputs.set(node.name, value)
  }
  const last = nodes.at(-1) as SizedNode
  return { pictures: pictures as DraftValue, output: outputs.get(last.node.name) as Value, parameters }
}
