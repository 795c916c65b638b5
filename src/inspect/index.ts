/** Drawing networks and runs: pure functions from data to tables and pictures. Needs no model, no backend, no Node. */

export type { ConfusionMatrix as Confusion } from '../core/confusion.ts'
export { commonMistakes, confusionSvg, type Mistake } from './confusion.ts'
export { costTable, type LayerRow, memoryTable, type NetworkTable, networkTable, type TextTable } from './costTable.ts'
export { type Curve, type CurvesOptions, curveColors, curvesSvg } from './curves.ts'
export { filtersPicture, firstFilters } from './filters.ts'
export { type PictureBytes, pictureOf } from './picture.ts'
export { encodePng, type Picture, pngAddress } from './png.ts'
export type { ReportMetrics } from './report/classes.ts'
export type { MistakenPicture, SamplePicture, ShownFilters } from './report/pictures.ts'
export { type ReportData, reportHtml } from './report/report.ts'
export type { TrainingData } from './report/training.ts'
export { printBytes, printCount, printPercent, printSeconds, printShort } from './units.ts'
