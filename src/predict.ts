/**
 * What a program needs that only predicts: `lenslet/predict`. The same classes as in `lenslet`, without the training loop,
 * data sets, notation and zoo: about half the bytes for a page.
 */

export { ArgumentError, LensletError } from './core/errors.ts'
export type { Volume } from './core/shapes.ts'
export { decodeImage } from './data/decode.ts'
export { PictureError } from './data/errors.ts'
export type { PictureSource } from './data/source.ts'
export type { ModelInfo } from './model/info.ts'
export { type Classification, type ClassifyOptions, Model, type PredictOptions } from './model/model.ts'
export type { ModelOptions } from './model/options.ts'
