/** Drawing networks and runs: pure functions from data to tables and pictures. Needs no model, no backend, no Node. */

export type { ConfusionMatrix as Confusion } from '../core/confusion.ts'
export { type ActivationTiles, type ActivationTilesOptions, activationTiles } from './activationTiles.ts'
export { adviceFor } from './advice/advice.ts'
export type { Advice, PlannedTraining } from './advice/types.ts'
export { type ArenaBlocks, arenaBlocks } from './arenaBlocks.ts'
export { type ArenaSvgOptions, arenaSvg } from './arenaSvg.ts'
export { type ColorScale, colorAt, mixedColor, type Rgb } from './colors.ts'
export { commonMistakes, confusionSvg, type Mistake } from './confusion.ts'
export {
  type ConvolutionFrame,
  type ConvolutionFrames,
  type ConvolutionSource,
  convolutionFrames,
  notesDemo,
} from './convolution/frames.ts'
export { convolutionPage, poolingPage, type ShownOptions } from './convolution/page.ts'
export { type PoolingFrame, type PoolingFrames, type PoolingSource, poolingFrames } from './convolution/pooling.ts'
export { costTable, type LayerRow, memoryTable, type NetworkTable, networkTable, type TextTable } from './costTable.ts'
export { type Curve, type CurvesOptions, curveColors, curvesSvg } from './curves.ts'
export { type FilterTiles, type FilterTilesOptions, filtersPicture, filterTiles, firstFilters } from './filters.ts'
export { type HistogramData, type HistogramOptions, histogramSvg } from './histogram.ts'
export { type DrawnField, fieldPicture } from './maps/fieldPicture.ts'
export { gradientPicture, type ImageMap, type MapPictureOptions, mapOverlay, mapPicture } from './maps/mapPicture.ts'
export { type Spread, spread } from './maps/spread.ts'
export { patchSheet } from './patches.ts'
export { type PictureBytes, pictureOf } from './picture.ts'
export { encodePng, type Picture, pngAddress } from './png.ts'
export { reliabilitySvg } from './reliability.ts'
export type { ReportMetrics } from './report/classes.ts'
export type { HardPictures, MistakenClass, MistakenPicture, SamplePicture, ShownFilters } from './report/pictures.ts'
export { type ReportData, reportHtml } from './report/report.ts'
export type { TrainingData } from './report/training.ts'
export { gridPlaces } from './space/grid.ts'
export { type SpaceImage, type SpaceMap, type SpacePage, spacePage } from './space/page.ts'
export { printBytes, printCount, printPercent, printSeconds, printShort } from './units.ts'
