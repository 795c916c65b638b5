/** A model as the bytes of a file of another format. */

import { ArgumentError } from '../core/errors.ts'
import { checkOptions } from '../core/options.ts'
import type { Model } from '../model/model.ts'
import { endingsOf, hasEnding } from './formatOf.ts'
import { formats } from './formats.ts'
import { joined } from './joined.ts'
import type { WriteOptions } from './types.ts'

/**
 * The file's bytes; `name` says its format by its ending: `net.onnx`. The weights are those that the calls on the model
 * before this one have left. Throws `ArgumentError` for an ending that is not written, and `UnsupportedModelError` for a
 * layer that the format does not have.
 */
export async function writeModel(
  model: Model,
  name: string,
  options: WriteOptions = {},
): Promise<Uint8Array<ArrayBuffer>> {
  checkOptions<WriteOptions>('writeModel', options, { half: true })
  const format = formats.find((each) => each.writeModel !== undefined && hasEnding(name, each))
  if (format?.writeModel === undefined) {
    throw new ArgumentError('no model is written with this ending', {
      received: name,
      expected: endingsOf((each) => each.writeModel !== undefined).join(', '),
    })
  }
  const { network, info } = model
  return joined(await format.writeModel({ network, info, weights: await model.snapshot() }, options))
}
