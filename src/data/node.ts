/**
 * The data of index.ts and what only Node can do: data sets by name, the cache, pictures by sharp.
 * `decodeImage` is Node's here; an explicit export takes precedence over the one that `*` brings.
 */
export * from './index.ts'
export { cacheFolder } from './node/cache.ts'
export { decodeImage } from './node/decode.ts'
export type { FetchProgress } from './node/download.ts'
export { type ImagesOptions, openImages } from './node/images.ts'
export { datasetForms, type OpenOptions, openDataset } from './node/open.ts'
export type { SplitOptions } from './node/splitting.ts'
