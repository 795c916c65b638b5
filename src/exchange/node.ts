/** Models of other programs, and where Node finds them: a file and those in its folder. */

export * from './index.ts'
export { EventLog } from './node/eventLog.ts'
export { modelFiles } from './node/modelFiles.ts'
