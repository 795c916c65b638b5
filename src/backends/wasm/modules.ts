/** The compiled kernel modules: each compiled once, when first needed, for all programs and workers. */

import { type KernelModuleName, kernelModules } from './gen/kernels.gen.ts'

const compiled = new Map<KernelModuleName, Promise<WebAssembly.Module>>()

export function kernelModule(name: KernelModuleName): Promise<WebAssembly.Module> {
  let module = compiled.get(name)
  if (!module) {
    module = WebAssembly.compile(kernelModuleBytes(name))
    compiled.set(name, module)
  }
  return module
}

export function kernelModuleBytes(name: KernelModuleName): Uint8Array<ArrayBuffer> {
  const embedded = kernelModules[name]
  if ('base64' in embedded) return Uint8Array.from(atob(embedded.base64), (character) => character.charCodeAt(0))
  const bytes = kernelModuleBytes(embedded.almost)
  bytes[embedded.at] = embedded.byte
  return bytes
}
