/**
 * Data sets, decoding, batching, augmentation: everything that runs in Node and in a page alike. What needs files, the
 * network or sharp stands in node.ts, which offers all of this, too.
 */

export { sumOf } from '../core/checksum.ts'
export { allPictures } from './all.ts'
export { type Augmentation, parseAugmentation, printAugmentation } from './augmentation.ts'
export { Batches, type BatchesOptions } from './batches.ts'
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
export { measureNormalization, measureStore, type Normalization, normalizationTable } from './normalization.ts'
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
export {
  blobStore,
  joinStores,
  type PictureStore,
  pickFrom,
  readPictures,
  type Sliceable,
  storeOf,
} from './store.ts'
