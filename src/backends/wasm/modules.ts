/** The compiled kernel modules that are part of the program: each compiled once, when first needed, for all programs and workers. */

import { kernelModules } from '#kernels'
import { VariantError } from './errors.ts'
import type { EmbeddedModule, EmbeddedModules, KernelModuleName } from './gen/modules.gen.ts'
import { decode, expand } from './lzma.ts'

const compiled = new Map<KernelModuleName, Promise<WebAssembly.Module>>()

export function kernelModule(name: KernelModuleName): Promise<WebAssembly.Module> {
  let module = compiled.get(name)
  if (!module) {
    // Bytes that cannot be had reject, as a compilation does that fails.
    module = Promise.resolve().then(() => WebAssembly.compile(kernelModuleBytes(name)))
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

/** Whether this platform has the module. */
export function hasModule(name: KernelModuleName): boolean {
  return kernelModules[name] !== undefined
}

export function kernelModuleBytes(name: KernelModuleName, modules = kernelModules): Uint8Array<ArrayBuffer> {
  const embedded = find(name, modules)
  if ('base64' in embedded) return decode(embedded.base64)
  if ('packed' in embedded) return expand(decode(embedded.packed), embedded.to).slice(embedded.from)
  return patched(kernelModuleBytes(embedded.base, modules), decode(embedded.patch))
}

/** Throws `VariantError` where this platform does not have the module. */
function find(name: KernelModuleName, modules: EmbeddedModules): EmbeddedModule {
  const embedded = modules[name]
  if (embedded !== undefined) return embedded
  throw new VariantError(`the kernels ${name} are not part of the package for pages`, {
    expected: Object.keys(modules).join(', '),
    advice: 'leave the choice to Lenslet',
  })
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
