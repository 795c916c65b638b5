/** The WebAssembly backend. */

export { describeWasm, type WasmDescription, type WasmOptions, wasmBackend } from './backend.ts'
export * from './errors.ts'
export { chooseThreads, type ThreadsChoice } from './threads.ts'
export { allowWide } from './wide.ts'
