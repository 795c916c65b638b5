/** `lenslet plan --fc-to-conv --size 384`: the network as it would run on images of another size. */

import { fitInput } from '../network/fitInput.ts'
import { fcToConv } from '../network/fullyConvolutional.ts'
import { inferVolumes } from '../network/volumes.ts'
import type { AskedSize } from './fitNetwork.ts'
import type { NetworkSource } from './network.ts'

export interface ShapeCall {
  readonly fcToConv?: boolean
  readonly size?: AskedSize
}

/** The network itself without these options; otherwise without its card, which is about another one. Throws `NetworkError`, `SizeError`. */
export function shapedAs(source: NetworkSource, { fcToConv: converts, size }: ShapeCall): NetworkSource {
  if (converts !== true && size === undefined) return source
  const { entry: _, ...others } = source
  // Before the size: the windows cover the maps of the network's own input.
  const network = converts === true ? fcToConv(source.network) : source.network
  const own = inferVolumes(network)[0]?.output
  return {
    ...others,
    network: own === undefined || size === undefined ? network : fitInput(network, { ...own, ...size }),
  }
}
