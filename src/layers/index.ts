/** All layers, and the type of a layer. */

export { NotationValueError, VolumeError } from './errors.ts'
export { isLayerType, type LayerType, layerOfWord, layers, words } from './layers.ts'
export type * from './types.ts'
