/** What the front door has of the data: data sets and images. Batches and stores are loaded when something trains. */

export { allPictures } from './all.ts'
export type { Augmentation } from './augmentation.ts'
export type { BatchesOptions } from './batches.ts'
export {
  type Cifar10Batch,
  cifar10Classes,
  cifar10Dataset,
  cifar10Normalization,
  encodeCifar10Batch,
  parseCifar10Batches,
} from './cifar10.ts'
export {
  type DataNotice,
  type Dataset,
  type DatasetSource,
  dataset,
  type PictureColors,
  type Split,
  type SplitSource,
} from './dataset.ts'
export { decodeImage } from './decode.ts'
export * from './errors.ts'
export { type HoldOutOptions, holdOut } from './holdOut.ts'
export { type IdxArray, parseIdx } from './idx.ts'
export { type IdxDatasetOptions, idxDataset, type MnistFile, mnistFiles, mnistNormalization } from './mnist.ts'
export { measureNormalization, type Normalization, normalizationTable } from './normalization.ts'
export type { Fit, PictureSize } from './resize.ts'
export type {
  BlobLike,
  DrawablePicture,
  EncodedPicture,
  PictureSource,
  RawPicture,
  SharpOutput,
  UrlLike,
} from './source.ts'
export type { PictureStore } from './store.ts'
