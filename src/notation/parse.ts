/** Text -> Network. */

import { ArgumentError } from '../core/errors.ts'
import { checkOptions } from '../core/options.ts'
import { SizeError } from '../network/errors.ts'
import { makeNetwork, type Network } from '../network/network.ts'
import { inferVolumes } from '../network/volumes.ts'
import { build } from './build.ts'
import { locate } from './errors.ts'
import { readNetwork } from './grammar.ts'
import type { Span } from './place.ts'
import { Reader } from './reader.ts'

export interface ParseOptions {
  /** Sizes that would be rounded are errors. Default: false; the plan then lists what was rounded. */
  readonly strict?: boolean
  /** Numbers for letters after `*`: `{ N: 2 }` turns `[CONV3-8 -> RELU]*N` into two of each. */
  readonly bindings?: Readonly<Record<string, number>>
}

/**
 * Reads the notation of the CS231n notes: `INPUT 32x32x3 -> [CONV3-32 -> RELU]*2 -> POOL2 -> FC-10`; see
 * docs/notation.md. Throws `NotationError` for the text, `NotationValueError` for a value in a word and `SizeError` for
 * volumes that do not work out; each has `line`, `column` and `text`, the line with a caret.
 */
export function parse(text: string, options: ParseOptions = {}): Network {
  return parseWithSpans(text, options).network
}

/** A network and where its text says each node: those of a repeat share their words. */
export interface PlacedNetwork {
  readonly network: Network
  /** By the node's name; UTF-16 units from the start of the text. */
  readonly spans: ReadonlyMap<string, Span>
}

/** As `parse`, for an editor: with the place of every node. Throws as `parse` does. */
export function parseWithSpans(text: string, options: ParseOptions = {}): PlacedNetwork {
  if (typeof text !== 'string')
    throw new ArgumentError('parse expects text', { received: typeof text, expected: 'a string' })
  checkOptions<ParseOptions>('parse', options, { strict: true, bindings: true })
  const { strict = false, bindings = {} } = options
  const reader = new Reader(text, bindings)
  const { nodes, spans } = build(reader, readNetwork(reader))
  const network = makeNetwork(nodes)
  try {
    const sized = inferVolumes(network)
    if (strict) refuseNotices(sized)
  } catch (error) {
    const span = error instanceof SizeError ? spans.get(error.node) : undefined
    throw error instanceof SizeError && span !== undefined ? locate(error, reader.place(span)) : error
  }
  return { network, spans }
}

function refuseNotices(sized: ReturnType<typeof inferVolumes>): void {
  for (const { node, notices } of sized) {
    const [notice] = notices
    if (notice === undefined) continue
    throw new SizeError(node.name, notice, { expected: 'sizes that come out whole, because strict is set' })
  }
}
