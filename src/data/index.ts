/**
 * Data sets, decoding, batching, augmentation: everything that runs in Node and in a page alike. What needs files, the
 * network or sharp stands in node.ts, which offers all of this, too.
 */

export { sumOf } from '../core/checksum.ts'
export { parseAugmentation, printAugmentation } from './augmentation.ts'
export { Batches } from './batches.ts'
export * from './front.ts'
export { measureStore } from './normalization.ts'
export {
  blobStore,
  joinStores,
  pickFrom,
  readPictures,
  type Sliceable,
  storeOf,
} from './store.ts'
