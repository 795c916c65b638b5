/**
 * The safetensors container (huggingface/safetensors): eight bytes of header length, a JSON header, the values. Our model
 * files and checkpoints are such files, so any tool that reads safetensors reads their weights.
 */

export { checksumOf } from './safetensors/checksum.ts'
export { exactValues } from './safetensors/exactValues.ts'
export { readSafetensors, type SafetensorsFile } from './safetensors/read.ts'
export type { StoredTensor, Tensor } from './safetensors/tensor.ts'
export { safetensorsParts, writeSafetensors } from './safetensors/write.ts'
