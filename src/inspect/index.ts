/** Looking at networks, models and runs: pure functions to data, tables and pictures. Nothing here needs Node. */

export { type Confusion, commonMistakes, confusionSvg, type Mistake } from './confusion.ts'
export { costTable, type LayerRow, memoryTable, type NetworkTable, networkTable, type TextTable } from './costTable.ts'
export { type Curve, type CurvesOptions, curveColors, curvesSvg } from './curves.ts'
export { filtersPicture, firstFilters } from './filters.ts'
export { encodePng, type Picture, pngAddress } from './png.ts'
export { type MistakenPicture, type Prediction, pictureOf, surestMistakes, topPredictions } from './predictions.ts'
export { type ReportData, reportHtml } from './report/report.ts'
export { printBytes, printCount, printPercent, printSeconds, printShort } from './units.ts'
