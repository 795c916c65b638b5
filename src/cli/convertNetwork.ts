/** `lenslet convert <in> net.json`: the network of a model, without its weights. */

import { platform } from '#platform'
import type { Volume } from '../core/shapes.ts'
import { printable } from '../core/text.ts'
import { printCount } from '../inspect/units.ts'
import { fcToConv } from '../network/fullyConvolutional.ts'
import { networkToJson } from '../network/json.ts'
import type { Network } from '../network/network.ts'
import { inferVolumes } from '../network/volumes.ts'
import { print } from '../notation/print.ts'
import { cost } from '../plan/cost.ts'
import type { ConvertCall } from './convertCall.ts'
import { readCall, UsageError } from './errors.ts'
import { readNetwork } from './network.ts'
import { checkOpenSize } from './openSize.ts'
import type { Terminal } from './terminal.ts'

const writers = { '.json': networkToJson, '.net': (network: Network) => `${print(network)}\n` } as const
type Ending = keyof typeof writers
export const networkEndings = Object.keys(writers) as readonly Ending[]

export async function convertNetwork(from: string, out: string, call: ConvertCall, terminal: Terminal): Promise<void> {
  const { network, text } = await readCall(async () => {
    const without =
      call.network !== undefined ? '--network' : call.foldBn ? '--fold-bn' : call.half ? '--half' : undefined
    if (without !== undefined) {
      throw new UsageError(`${without} is for weights`, {
        received: `${without} with ${printable(out)}, which holds a network without weights`,
        expected: 'a model as the output',
      })
    }
    const { network: read, notice } = await readNetwork(from, { size: call.size })
    if (notice !== undefined) terminal.hint(`note: ${notice}`)
    checkOpenSize(inferVolumes(read)[0]?.output as Volume, call.size)
    const result = call.fcToConv === true ? fcToConv(read) : read
    const ending = networkEndings.find((each) => out.toLowerCase().endsWith(each)) as Ending
    return { network: result, text: writers[ending](result) }
  })
  await platform.writeFileAtomic(out, new TextEncoder().encode(text))
  const { totals } = cost(network)
  const { length } = network.nodes
  const converted = { in: from, out, nodes: length, parameters: totals.parameters, difference: null, notes: [] }
  terminal.result(
    converted,
    () =>
      `${printable(out)}: ${printCount(length)} layers, without weights; ${printCount(totals.parameters)} parameters`,
  )
}
