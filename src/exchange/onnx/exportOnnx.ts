/** `exportOnnx` for programs: the writer is loaded when it is first called. */

import type { Model } from '../../model/model.ts'
import { joined } from '../joined.ts'
import type { OnnxExportOptions } from './export/export.ts'

/**
 * The model as the bytes of an ONNX file, with the weights that the calls on the model before this one have left. Throws
 * `ArgumentError` for an operator set that is not written.
 */
export async function exportOnnx(model: Model, options: OnnxExportOptions = {}): Promise<Uint8Array<ArrayBuffer>> {
  const { exportOnnx: write } = await import('./export/export.ts')
  const { network, info } = model
  return joined(write({ network, info, weights: await model.snapshot() }, options))
}
