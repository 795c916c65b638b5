/** What a model knows besides its network and weights: class names, normalization, origin; and whether they fit the network. */

import { list, number, object, optional, printFault, string } from '../core/schema.ts'
import { volumeSize } from '../core/shapes.ts'
import { counted, listed, printable, sameForm } from '../core/text.ts'
import type { Network } from '../network/network.ts'
import { inferVolumes } from '../network/volumes.ts'
import { ModelFileError } from './errors.ts'

/** Metadata of a model. */
export interface ModelInfo {
  /** Names of the classes, in the order of the scores. */
  readonly classes?: readonly string[] | undefined
  /** (x/255 − mean)/std, for each channel: what pictures need before the network sees them. */
  readonly normalization?: { readonly mean: readonly number[]; readonly std: readonly number[] } | undefined
  /** Where it comes from: data set, epochs, accuracy; one line for people. */
  readonly origin?: string | undefined
}

const atMost = { min: 1, max: 65536 }
const infoSchema = object({
  classes: optional(list(string, { max: 1 << 20 })),
  normalization: optional(object({ mean: list(number(), atMost), std: list(number({ above: 0 }), atMost) })),
  origin: optional(string),
})

/** From the text in a file. What a later version may have added is left out. @throws {ModelFileError} */
export function parseInfo(text: string): ModelInfo {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch (cause) {
    throw new ModelFileError('its info cannot be read', { received: JSON.stringify(text.slice(0, 80)), cause })
  }
  const { classes, normalization, origin } = (value ?? {}) as Record<string, unknown>
  return checkInfo({ classes, normalization, origin })
}

/** @throws {ModelFileError} a value of a wrong kind, or a deviation that is not above 0 */
export function checkInfo(info: object): ModelInfo {
  const fault = infoSchema.fault(info)
  if (fault === undefined) return info
  throw new ModelFileError('its info is invalid', {
    received: printFault(fault),
    expected: '{ classes, normalization: { mean, std }, origin }',
  })
}

/** @throws {ModelFileError} classes or a normalization that are not those of the network */
export function checkInfoFits(network: Network, { classes, normalization }: ModelInfo): void {
  const nodes = inferVolumes(network)
  const output = nodes.at(-1)?.output ?? { height: 0, width: 0, channels: 0 }
  const { channels = 0 } = nodes[0]?.output ?? {}
  if (classes !== undefined) {
    // Of a map, every position has the same classes.
    if (classes.length !== volumeSize(output) && classes.length !== output.channels) {
      throw new ModelFileError('the class names are not as many as the scores', {
        received: `${counted(classes.length, 'name')}: ${listed(classes)}`,
        expected: `${output.channels}, one name per score`,
        advice: 'correct info.classes',
      })
    }
    const seen = new Set<string>()
    for (const name of classes.map(sameForm)) {
      if (seen.has(name)) {
        throw new ModelFileError('two classes have the same name', {
          received: printable(name),
          expected: 'a different name for each score',
          advice: 'tell them apart in info.classes, as in crane (bird) and crane (machine)',
        })
      }
      seen.add(name)
    }
  }
  if (normalization === undefined) return
  const { mean, std } = normalization
  if (mean.length !== channels || std.length !== channels) {
    throw new ModelFileError("the model's normalization does not fit its input", {
      received: `${counted(mean.length, 'mean')} and ${counted(std.length, 'deviation')}`,
      expected: `${channels} of each, one per channel`,
      advice: 'correct info.normalization',
    })
  }
}
