/** `importOnnx` for programs: it loads the reader when it is first called, so a page that does not call it pays nothing. */

import { checkOptions, type OptionNames } from '../../core/options.ts'
import { filesOf, type ModelSource, type SourceOptions } from '../source.ts'
import type { ImportedModel } from '../types.ts'

export interface ImportOnnxOptions extends SourceOptions {
  /** Rows and columns of the image, where the model leaves them open. */
  readonly size?: { readonly height: number; readonly width: number } | undefined
}

const names: OptionNames<ImportOnnxOptions> = { name: true, files: true, size: true }

/**
 * A network with its weights, from an ONNX model (opset 6 and later): as `readModel`, with a size for models that leave it
 * open. Throws `ForeignFileError` for a damaged file, and `UnsupportedModelError`, which lists every operator that is no layer.
 */
export async function importOnnx(source: ModelSource, options: ImportOnnxOptions = {}): Promise<ImportedModel> {
  checkOptions<ImportOnnxOptions>('importOnnx', options, names)
  const { size } = options
  const { readOnnxFiles } = await import('./import/files.ts')
  const model = await readOnnxFiles(filesOf(source, options), size === undefined ? {} : { size })
  return (await import('../inputValues.ts')).withInputValues(model)
}
