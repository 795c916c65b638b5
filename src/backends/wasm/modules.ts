/** The compiled kernel modules: each compiled once, when first needed, for all programs and workers. */

import { type KernelModuleName, kernelModules } from './gen/kernels.gen.ts'

const compiled = new Map<KernelModuleName, Promise<WebAssembly.Module>>()

export function kernelModule(name: KernelModuleName): Promise<WebAssembly.Module> {
  let module = compiled.get(name)
  if (!module) {
    const bytes = Uint8Array.from(atob(kernelModules[name]), (character) => character.charCodeAt(0))
    module = WebAssembly.compile(bytes)
    compiled.set(name, module)
  }
  return module
}
