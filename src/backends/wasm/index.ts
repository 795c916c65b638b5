/** The WebAssembly backend. */

export { allowWide } from './allowWide.ts'
export { describeWasm, type WasmDescription, type WasmOptions, wasmBackend } from './backend.ts'
export { startEarly } from './early.ts'
export * from './errors.ts'
export { chooseThreads, type ThreadsChoice } from './threads.ts'
