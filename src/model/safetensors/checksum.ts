/** The checksum that our own files, models and checkpoints, have in their metadata: it detects damage, not manipulation. */

import { checksum } from '../../core/checksum.ts'
import { printShape } from '../../core/shapes.ts'
import { portionsOf, type Tensor } from './tensor.ts'

/** Of all other metadata, in this order, and of every tensor's name, shape and values. Sixteen hexadecimal digits. */
export function checksumOf(texts: Readonly<Record<string, string>>, tensors: ReadonlyMap<string, Tensor>): string {
  const names = [...tensors].map(([name, { shape }]) => `${name} ${printShape(shape)}`)
  const text = new TextEncoder().encode(JSON.stringify([texts, names]))
  function* parts() {
    yield text
    for (const tensor of tensors.values()) yield portionsOf(tensor)
  }
  return checksum(parts())
}
