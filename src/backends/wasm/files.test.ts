// A page's kernels in files of their own. Node has none, so the modules here are Node's under other names.

import { describe, expect, it, vi } from 'vitest'
import { LensletError } from '../../core/errors.ts'
import { PartMissingError } from './errors.ts'
import { modulesOf } from './files.ts'
import { kernelModules } from './gen/rareKernels.gen.ts'
import { kernelModule } from './modules.ts'

const name = 'relaxed-single'
const rare = (load: () => Promise<{ kernelModules: typeof kernelModules }>, file = 'rare.js') => [
  { name: file, kernels: /^(elu|local)/, load },
]

describe('modulesOf', () => {
  it('loads nothing where no call asks for it', async () => {
    const load = vi.fn()
    expect(await modulesOf(name, ['conv2dProduct', 'reluForward'], rare(load))).toEqual([await kernelModule(name)])
    expect(load).not.toHaveBeenCalled()
  })

  it('loads a file once, for all its kernels and all programs', async () => {
    const load = vi.fn(async () => ({ kernelModules }))
    const files = rare(load, 'once.js')
    const both = await Promise.all([
      modulesOf(name, ['eluForward', 'localForward'], files),
      modulesOf(name, ['localForward', 'reluForward'], files),
    ])
    expect(load).toHaveBeenCalledTimes(1)
    expect(both[0]).toHaveLength(2)
    expect(both[1]?.[1]).toBe(both[0]?.[1])
    const names = WebAssembly.Module.exports(both[0]?.[1] as WebAssembly.Module).map((entry) => entry.name)
    expect(names).toEqual(expect.arrayContaining(['eluForward', 'localForward']))
  })

  it('says which file is missing, and tries again at the next call', async () => {
    const cause = new TypeError('Failed to fetch dynamically imported module')
    const load = vi.fn().mockRejectedValueOnce(cause).mockResolvedValue({ kernelModules })
    const files = rare(load, 'lenslet.rare.js')
    const error = await modulesOf(name, ['eluForward'], files).catch((thrown) => thrown)
    expect(error).toBeInstanceOf(PartMissingError)
    expect(error).toBeInstanceOf(LensletError)
    expect(error).toMatchObject({ cause, received: String(cause) })
    expect(error.message).toMatch(/^lenslet\.rare\.js could not be loaded\n[\s\S]*beside the file of Lenslet/)
    expect(await modulesOf(name, ['eluForward'], files)).toHaveLength(2)
  })
})
