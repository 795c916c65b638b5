/**
 * Models of other programs, in and out. Each format's reader and writer is loaded when it is first used, so a page pays
 * only for those that it uses.
 */

export { ForeignFileError, UnsupportedModelError, WeightsOnlyError } from './errors.ts'
export { exportStateDict, type StateDictOptions } from './exportStateDict.ts'
export { type FoldedNetwork, foldBatchNorm } from './foldBatchNorm.ts'
export { withNewHead } from './newHead.ts'
export type { OnnxExportOptions } from './onnx/export/export.ts'
export { exportOnnx } from './onnx/exportOnnx.ts'
export { type ImportOnnxOptions, importOnnx } from './onnx/importOnnx.ts'
export { readModel, readTensors } from './open.ts'
export type { ModelSource, SourceOptions } from './source.ts'
export type { ImportedModel, ModelFiles, TensorFile, WriteOptions } from './types.ts'
export { writeModel } from './writeModel.ts'
