/** Networks by name. To add a family, add a file and a line here. */

import { ArgumentError } from '../core/errors.ts'
import type { Network } from '../network/network.ts'
import { parse } from '../notation/parse.ts'
import { airbenches } from './airbench.ts'
import { alexnets } from './alexnet.ts'
import { cifarNetworks } from './cifar.ts'
import { cifarResnets } from './cifarResnet.ts'
import { cifarSmall } from './cifarSmall.ts'
import { convnexts } from './convnext.ts'
import { demos } from './demos.ts'
import { densenet121 } from './densenet.ts'
import { efficientnetB0 } from './efficientnet.ts'
import { googlenets } from './googlenet.ts'
import { inceptionV3 } from './inceptionV3.ts'
import { inceptionV4 } from './inceptionV4.ts'
import { lenet5 } from './lenet5.ts'
import { lenet1998 } from './lenet1998.ts'
import { mnasnet } from './mnasnet.ts'
import { mobilenetV1s } from './mobilenetV1.ts'
import { mobilenetV2 } from './mobilenetV2.ts'
import { mobilenetV3s } from './mobilenetV3.ts'
import { preActivations } from './preActivation.ts'
import { regnet } from './regnet.ts'
import { resnets } from './resnet.ts'
import { shufflenetV2 } from './shufflenet.ts'
import { squeezenets } from './squeezenet.ts'
import type { ZooEntry } from './types.ts'
import { vggs } from './vgg.ts'

// biome-ignore format: one line per family
const entries = [
  lenet5,
  lenet1998,
  cifarSmall,
  ...demos,
  ...cifarNetworks,
  ...cifarResnets,
  ...preActivations,
  ...airbenches,
  ...alexnets,
  ...vggs,
  ...googlenets,
  inceptionV3,
  inceptionV4,
  ...resnets,
  ...squeezenets,
  densenet121,
  ...mobilenetV1s,
  mobilenetV2,
  ...mobilenetV3s,
  shufflenetV2,
  mnasnet,
  efficientnetB0,
  regnet,
  ...convnexts,
] as const

/** For editors, which complete the names; any text may be given. */
export type ZooName = (typeof entries)[number]['name'] | (string & {})

export const zoo = {
  /** All names. */
  names: entries.map(({ name }): string => name) as readonly string[],
  has: (name: string): boolean => entries.some((entry) => entry.name === name),
  /** The card. Throws `ArgumentError` for an unknown name. */
  entry(name: ZooName): ZooEntry {
    const found: ZooEntry | undefined = entries.find((entry) => entry.name === name)
    if (found !== undefined) return found
    throw new ArgumentError('no network of this name in the zoo', { received: name, expected: zoo.names.join(', ') })
  },
  /** The network itself. Throws `ArgumentError` for an unknown name. */
  network(name: ZooName): Network {
    return parse(zoo.entry(name).notation)
  },
} as const
