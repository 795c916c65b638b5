/** Every layer, and what a layer is. */

export { NotationValueError, VolumeError } from './errors.ts'
export { isLayerType, type LayerType, layerOfWord, layers, plannedWords, words } from './layers.ts'
export type * from './types.ts'
