/** Whether something is a network at all, for functions that take one: JavaScript callers often hand over the notation. */

import { ArgumentError } from '../core/errors.ts'
import { printKind } from '../core/options.ts'
import type { Network } from './network.ts'

/**
 * @param of the function, for the message: `plan`
 * @throws {ArgumentError} text in notation, and what else is no network
 */
export function checkNetwork(of: string, network: unknown): asserts network is Network {
  if (typeof network === 'object' && network !== null && 'nodes' in network && Array.isArray(network.nodes)) return
  const text = typeof network === 'string' ? network.trim() : ''
  const start = JSON.stringify(text.length > 40 ? `${text.slice(0, 40)}…` : text)
  throw new ArgumentError(`${of} takes a network`, {
    received: printKind(network),
    expected: 'what parse, zoo.network or networkFromJson returns',
    ...(text !== '' && { advice: /\s|->/.test(text) ? `${of}(parse(${start}))` : `${of}(zoo.network(${start}))` }),
  })
}
