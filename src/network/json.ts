/** Network <-> JSON: validated, versioned. The attributes of each node are checked by its own layer. */

import * as z from 'zod'
import { NetworkFileError } from './errors.ts'
import { layerOf, makeNetwork, type Network } from './network.ts'
import { inferVolumes } from './volumes.ts'

const schema = z.strictObject({
  format: z.literal('lenslet.network'),
  version: z.literal(1),
  nodes: z
    .array(
      z.strictObject({
        name: z.string(),
        type: z.string(),
        attributes: z.looseObject({}),
        inputs: z.array(z.string()).max(64),
      }),
    )
    .min(1)
    .max(100_000),
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

function check<T>(type: z.ZodType<T>, value: unknown, what: string): T {
  // To have zod compile functions takes longer than a network of a hundred nodes.
  const result = type.safeParse(value, { jitless: true })
  if (result.success) return result.data
  const [issue] = result.error.issues
  throw new NetworkFileError(what, {
    received: issue === undefined ? 'something else' : `at ${issue.path.join('.') || 'the top'}: ${issue.message}`,
    expected: 'a file that Lenslet wrote, format lenslet.network version 1',
  })
}
