/** Network <-> JSON: validated, versioned. The attributes of each node are checked by its own layer. */

import { anyObject, list, literal, object, printFault, type Schema, string } from '../core/schema.ts'
import { NetworkFileError } from './errors.ts'
import { layerOf, makeNetwork, type Network } from './network.ts'
import { inferVolumes } from './volumes.ts'

const node = object({ name: string, type: string, attributes: anyObject, inputs: list(string, { max: 64 }) })
const schema = object({
  format: literal('lenslet.network'),
  version: literal(1),
  nodes: list(node, { min: 1, max: 100_000 }),
})

export function networkToJson(network: Network): string {
  return `${JSON.stringify(network, null, 2)}\n`
}

/** Throws `NetworkFileError` (not a network), `NetworkError` (wiring) or `SizeError` (volumes). */
export function networkFromJson(json: string | object): Network {
  const network = makeNetwork(check(schema, typeof json === 'string' ? parseText(json) : json, 'not a network').nodes)
  for (const node of network.nodes)
    check(layerOf(node).attributes, node.attributes, `${node.name}: invalid attributes of a ${node.type} layer`)
  inferVolumes(network)
  return network
}

function parseText(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (cause) {
    throw new NetworkFileError('not JSON', {
      received: JSON.stringify(text.slice(0, 60)),
      expected: 'a network as JSON',
      cause,
    })
  }
}

function check<T>(type: Schema<T>, value: unknown, what: string): T {
  const fault = type.fault(value)
  if (fault === undefined) return value as T
  throw new NetworkFileError(what, {
    received: printFault(fault),
    expected: 'a file that Lenslet wrote, format lenslet.network version 1',
  })
}
