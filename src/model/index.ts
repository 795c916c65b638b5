/** The model that a user holds, its file, and the safetensors container. */

export { ModelBusyError, ModelFileError, PicturesError, SafetensorsError, WeightError } from './errors.ts'
export { decodeModel, encodeModel, type ModelFile } from './file.ts'
export type { ModelInfo } from './info.ts'
export type { Initializer } from './initialize.ts'
export {
  type Activations,
  type Classification,
  type ClassifyOptions,
  type LayerActivations,
  Model,
  type PredictOptions,
} from './model.ts'
export { type BackendName, backendNames, type ModelOptions } from './options.ts'
export {
  exactValues,
  readSafetensors,
  type SafetensorsFile,
  type StoredTensor,
  safetensorsParts,
  type Tensor,
  writeSafetensors,
} from './safetensors.ts'
export type { BindOptions } from './uses.ts'
export { type Weight, Weights, type WeightValues } from './weights.ts'
