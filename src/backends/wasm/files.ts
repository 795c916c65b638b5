/**
 * Kernels that are not part of what a page loads at first: a plan with a call of one brings the file in which it is. Node has
 * all kernels in one module and no such files.
 */

import { kernelFiles } from '#kernels'
import { KernelFileError } from './errors.ts'
import type { KernelFile, KernelModuleName } from './gen/modules.gen.ts'
import { kernelModule, kernelModuleBytes } from './modules.ts'

const compiled = new Map<string, Promise<WebAssembly.Module>>()

/**
 * The modules in which these kernels are; the first has what every plan needs. A kernel that no file has is left out.
 * @throws {KernelFileError}
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
    module = load(file).then(({ kernelModules }) => WebAssembly.compile(kernelModuleBytes(name, kernelModules)))
    // The network may be back at the next try.
    module.catch(() => compiled.delete(key))
    compiled.set(key, module)
  }
  return module
}

async function load(file: KernelFile): ReturnType<KernelFile['load']> {
  try {
    return await file.load()
  } catch (cause) {
    throw new KernelFileError('kernels that this plan needs could not be loaded', {
      received: String(cause),
      expected: `the file ${file.name} of the same version of Lenslet`,
      advice: `put ${file.name} beside the file that you import, under the same address but for the name`,
      cause,
    })
  }
}
