/** Backends run plans. */

export { referenceBackend } from './reference/backend.ts'
export type { Backend, Program } from './types.ts'
export { MemoryError } from './wasm/errors.ts'
export { allowWide, describeWasm, type WasmDescription, type WasmOptions, wasmBackend } from './wasm/index.ts'
