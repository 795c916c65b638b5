/**
 * The data of index.ts and what only Node can do: data sets by name, the cache, folders of pictures.
 */
export * from './index.ts'
export { cacheFolder } from './node/cache.ts'
export type { CachedState } from './node/cachedSet.ts'
export type { FetchProgress } from './node/download.ts'
export { type ImagesOptions, openImages } from './node/images.ts'
export { LabelTableError } from './node/labelTableError.ts'
export { type DatasetName, datasetForms, type OpenOptions, openDataset } from './node/open.ts'
export type { SplitOptions } from './node/splitting.ts'
export { verifyCache } from './node/verifyCache.ts'
