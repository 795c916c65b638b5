/** Networks by name. A new one is a file and a line here. */

import { ArgumentError } from '../core/errors.ts'
import type { Network } from '../network/network.ts'
import { parse } from '../notation/parse.ts'
import { airbench } from './airbench.ts'
import { cifarSmall } from './cifarSmall.ts'
import { lenet5 } from './lenet5.ts'
import { mobilenetV2 } from './mobilenetV2.ts'
import { resnet18 } from './resnet18.ts'
import { resnet20 } from './resnet20.ts'
import { resnet50 } from './resnet50.ts'
import type { ZooEntry } from './types.ts'
import { vgg16 } from './vgg16.ts'

const entries = [lenet5, cifarSmall, resnet20, airbench, vgg16, resnet18, resnet50, mobilenetV2] as const

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
