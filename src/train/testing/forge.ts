/** Checkpoints that say something else, with the right checksum: what somebody could make on purpose. */

import { checksumOf } from '../../model/safetensors/checksum.ts'
import { readSafetensors } from '../../model/safetensors/read.ts'
import { writeSafetensors } from '../../model/safetensors/write.ts'

export function forge(checkpoint: Uint8Array, changes: Readonly<Record<string, string>>): Uint8Array {
  const { tensors, metadata } = readSafetensors(checkpoint)
  const { checksum: _, ...texts } = { ...metadata, ...changes }
  return writeSafetensors(tensors, { ...texts, checksum: checksumOf(texts, tensors) })
}
