/** Looking inside with a model that runs: what it predicts, where it is wrong, and what matters to it in an image. To draw the results: `inspect`. */

export { upscale } from '../core/upscale.ts'
export {
  type ActivationMapsOptions,
  type ActivationStatistics,
  activationMaps,
  activationStatistics,
  type LayerActivation,
} from './activationMaps.ts'
export { type Explanation, explain } from './attribution/explain.ts'
export {
  type EffectiveField,
  type EffectiveFieldOptions,
  effectiveField,
  fieldWindow,
  type ImageWindow,
} from './attribution/fields.ts'
export { type CamOptions, type ClassActivationMaps, gradCam, gradCamPlusPlus } from './attribution/gradCam.ts'
export { deconvnet, gradient, gradientTimesInput, guidedBackprop } from './attribution/gradient.ts'
export {
  type Completeness,
  type IntegratedGradients,
  type IntegratedGradientsOptions,
  integratedGradients,
} from './attribution/integratedGradients.ts'
export { NoMapError } from './attribution/layer.ts'
export type { AttributionMaps, AttributionOptions } from './attribution/maps.ts'
export {
  type AttributionMethod,
  type AttributionName,
  attributionMethods,
  type MethodOptions,
} from './attribution/methods.ts'
export { type OcclusionMaps, type OcclusionOptions, occlusion } from './attribution/occlusion.ts'
export type { RunOptions } from './attribution/pass.ts'
export { type RandomizationOptions, type RandomizedMap, randomizationCheck } from './attribution/randomization.ts'
export { type ScoreCamOptions, scoreCam } from './attribution/scoreCam.ts'
export { type SmoothGradOptions, smoothGrad } from './attribution/smoothGrad.ts'
export type { Explained, Target, Unit } from './attribution/target.ts'
export { type ClassMetrics, classMetrics, type MacroMetrics, type Measure, macroMetrics } from './classMetrics.ts'
export { type DeadUnits, type DeadUnitsOptions, deadUnits } from './deadUnits.ts'
export { DenseEvaluation, type DenseOptions } from './dense.ts'
export type { GridAxis } from './denseGrid.ts'
export { type Embedding, type EmbedOptions, embed } from './embed.ts'
export { Ensemble } from './ensemble.ts'
export {
  type Features,
  type FeaturesOptions,
  featuresOf,
  type NearestOptions,
  type Neighbor,
  nearestImages,
} from './featureSpace.ts'
export {
  type BatchGradients,
  type GradientStatistics,
  type GradientStatisticsOptions,
  gradientStatistics,
} from './gradientStatistics.ts'
export { type HardClass, type HardImage, type HardImages, type HardImagesOptions, hardImages } from './hardImages.ts'
export type { Histogram } from './histogramOf.ts'
export { wilsonInterval } from './interval.ts'
export type { StreamOptions } from './layerStream.ts'
export { type DeepDreamOptions, type Dream, deepDream } from './making/deepDream.ts'
export { type MadeImage, type MaximizeOptions, maximizeActivation } from './making/maximize.ts'
export { imageBytes, type Size } from './making/planes.ts'
export {
  type Misclassification,
  type MisclassificationsOptions,
  type Prediction,
  surestMistakes,
  topPredictions,
} from './predictions.ts'
export {
  type LayerToShow,
  layersToShow,
  type ShowLayerOptions,
  type ShownConvolution,
  type ShownPooling,
  showLayer,
} from './showLayer.ts'
export { type TopPatch, type TopPatches, type TopPatchesOptions, topPatches, type UnitPatches } from './topPatches.ts'
export {
  type FilterStatistics,
  type Movement,
  type WeightStatistics,
  type WeightStatisticsOptions,
  weightStatistics,
} from './weightStatistics.ts'
