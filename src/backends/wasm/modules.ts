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

/** The same at once, for those who cannot wait; where a page does so, it stands still. */
export function compileNow(name: KernelModuleName): WebAssembly.Module {
  const module = new WebAssembly.Module(kernelModuleBytes(name))
  if (!compiled.has(name)) compiled.set(name, Promise.resolve(module))
  return module
}

export function kernelModuleBytes(name: KernelModuleName): Uint8Array<ArrayBuffer> {
  const embedded = kernelModules[name]
  if ('base64' in embedded) return decode(embedded.base64)
  const bytes = kernelModuleBytes(embedded.almost)
  bytes[embedded.at] = embedded.byte
  return bytes
}

/** A loop, because Uint8Array.from with a function takes ten milliseconds for one module. */
function decode(base64: string): Uint8Array<ArrayBuffer> {
  const text = atob(base64)
  const bytes = new Uint8Array(text.length)
  for (let i = 0; i < bytes.length; i++) bytes[i] = text.charCodeAt(i)
  return bytes
}
