/** Looking at networks, models and runs: pure functions to data, tables and pictures. Nothing here needs Node. */

export { costTable, type LayerRow, memoryTable, type NetworkTable, networkTable, type TextTable } from './costTable.ts'
export { printBytes, printCount, printPercent, printSeconds, printShort } from './units.ts'
