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
  return patched(kernelModuleBytes(embedded.base), decode(embedded.patch))
}

/** Pieces of `base` and bytes of the patch in turn; its form is told in scripts/kernel-patch.ts. */
function patched(base: Uint8Array, patch: Uint8Array): Uint8Array<ArrayBuffer> {
  let at = 0
  const number = () => {
    let value = 0
    for (let scale = 1; ; scale *= 128) {
      const byte = patch[at++] ?? 0
      value += (byte & 127) * scale
      if (byte < 128) return value
    }
  }
  const bytes = new Uint8Array(number())
  let end = 0
  for (let to = 0; to < bytes.length; ) {
    const step = number()
    const start = step % 2 === 0 ? end + step / 2 : end - (step + 1) / 2
    end = start + number()
    bytes.set(base.subarray(start, end), to)
    to += end - start
    const own = number()
    bytes.set(patch.subarray(at, at + own), to)
    at += own
    to += own
  }
  return bytes
}

/** A loop, because Uint8Array.from with a function takes ten milliseconds for one module. */
export function decode(base64: string): Uint8Array<ArrayBuffer> {
  const text = atob(base64)
  const bytes = new Uint8Array(text.length)
  for (let i = 0; i < bytes.length; i++) bytes[i] = text.charCodeAt(i)
  return bytes
}
