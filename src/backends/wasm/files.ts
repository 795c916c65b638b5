/**
 * Kernels that are not part of what a page loads at first: a plan with a call of one brings the file in which it is. Node has
 * all kernels in one module and no such files.
 */

import { kernelFiles } from '#kernels'
import { loadPart } from '../parts.ts'
import type { KernelFile, KernelModuleName } from './gen/modules.gen.ts'
import { kernelModule, kernelModuleBytes } from './modules.ts'

const compiled = new Map<string, Promise<WebAssembly.Module>>()

/**
 * The modules in which these kernels are; the first has what every plan needs. A kernel that no file has is left out.
 * @throws {PartMissingError}
 */
export async function modulesOf(
  name: KernelModuleName,
  kernels: Iterable<string>,
  files: readonly KernelFile[] = kernelFiles,
): Promise<readonly WebAssembly.Module[]> {
  const wanted = new Set([...kernels].map((kernel) => files.find((file) => file.kernels.test(kernel))))
  wanted.delete(undefined)
  return Promise.all([kernelModule(name), ...[...wanted].map((file) => moduleIn(file as KernelFile, name))])
}

function moduleIn(file: KernelFile, name: KernelModuleName): Promise<WebAssembly.Module> {
  const key = `${file.name} ${name}`
  let module = compiled.get(key)
  if (!module) {
    module = compile(file, name)
    // The network may be back at the next try.
    module.catch(() => compiled.delete(key))
    compiled.set(key, module)
  }
  return module
}

async function compile(file: KernelFile, name: KernelModuleName): Promise<WebAssembly.Module> {
  const { kernelModules } = await loadPart(file.name, file.load)
  return WebAssembly.compile(kernelModuleBytes(name, kernelModules))
}
