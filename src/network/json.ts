/** Network <-> JSON: validated, versioned. The attributes of each node are checked by its own layer. */

import { checkDepth, DepthError, parseJson } from '../core/json.ts'
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
  const { nodes } = check(schema, read(json), 'not a network')
  // Before the nodes are copied: what their layers do not know may be anything.
  for (const node of nodes)
    check(layerOf(node).attributes, node.attributes, `${node.name}: invalid attributes of a ${node.type} layer`)
  const network = makeNetwork(nodes)
  inferVolumes(network)
  return network
}

function read(json: string | object): unknown {
  try {
    if (typeof json === 'string') return parseJson(json)
    checkDepth(json)
    return json
  } catch (cause) {
    if (cause instanceof DepthError) {
      const { received = '', expected = '' } = cause
      throw new NetworkFileError('not a network: lists and objects are nested too deeply', {
        received,
        expected,
        cause,
      })
    }
    throw new NetworkFileError('not JSON', {
      received: JSON.stringify(String(json).slice(0, 60)),
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
