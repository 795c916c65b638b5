/** What follows from a text: the layers with their numbers, and then what a training of them takes. */

import { sameVolume, type Volume } from 'lenslet/core'
import { adviceFor, arenaSvg, networkTable } from 'lenslet/inspect'
import { type LayerType, layers as layersByType } from 'lenslet/layers'
import { inferVolumes, type Network } from 'lenslet/network'
import { parseWithSpans } from 'lenslet/notation'
import { maxBatch, plan } from 'lenslet/plan'
import { windowOf } from '../engine/window.ts'
import type { DesignFacts, LayerFacts, PlanFacts, PlanQuestion } from './messages.ts'

/** Whether a layer changes the values of a volume one by one, or nearly so: it is drawn with the volume. */
function isBeside([input, ...others]: readonly Volume[], output: Volume, macs: number): boolean {
  return input !== undefined && others.length === 0 && macs === 0 && sameVolume(input, output)
}

export interface Design {
  readonly network: Network
  readonly facts: Pick<DesignFacts, 'layers' | 'totals'>
}

/** Throws what `parse` throws. */
export function designOf(text: string): Design {
  const { network, spans } = parseWithSpans(text)
  const { layers: rows, totals } = networkTable(network)
  const byName = new Map(rows.map((row) => [row.name, row]))
  const layers = inferVolumes(network).map(({ node, inputs, output, parameters, notices }): LayerFacts => {
    const row = byName.get(node.name)
    if (row === undefined) throw new Error(`${node.name} has no row in the table`)
    const { offset, length } = spans.get(node.name) ?? { offset: 0, length: 0 }
    const window = windowOf(node.attributes)
    return {
      name: node.name,
      type: node.type,
      word: text.slice(offset, offset + length) || layersByType[node.type as LayerType].notation.word,
      span: [offset, offset + length],
      sources: node.inputs,
      inputs,
      output,
      description: row.description,
      isInPlace: isBeside(inputs, output, row.macs) && window === undefined,
      weights: parameters.map(({ name, shape }) => ({ name, shape })),
      parameters: row.parameters,
      macs: row.macs,
      activations: row.activations,
      field: row.receptiveField,
      ...(window !== undefined && { window }),
      notices,
    }
  })
  const { parameters, macs, activations } = totals
  return { network, facts: { layers, totals: { parameters, macs, activations } } }
}

/** Throws `ArgumentError` and the like where the network cannot be trained. */
export function planOf(network: Network, { batch, memory: limit, optimizer }: PlanQuestion): PlanFacts {
  const goal = { kind: 'training', optimizer: optimizer as 'adam' } as const
  const made = plan(network, { batch, goal })
  const { arenaBytes, ...sources } = made.memory
  const largest = maxBatch(network, limit, { goal })
  const advice = adviceFor(network, {
    batch,
    memory: made.memory,
    limit,
    largestBatch: (recompute) => (recompute ? maxBatch(network, limit, { goal, recompute: true }) : largest),
    recomputedBytes: () => plan(network, { batch, goal, recompute: true }).memory.arenaBytes,
  })
  return {
    memory: Object.entries(sources)
      .map(([source, bytes]) => ({ source, bytes }))
      .filter(({ bytes }) => bytes > 0)
      .sort((a, b) => b.bytes - a.bytes),
    arenaBytes,
    arena: arenaSvg(made),
    largestBatch: largest,
    advice: advice.map(({ layers, says, advice: todo }) => ({ layers, says, advice: todo })),
  }
}
