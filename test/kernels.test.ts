// The kernel build: the pinned optimization level, modules that own nothing, signatures that carry names.

import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { exportedFunctions, kernelSignatures } from '../scripts/kernel-bindings.ts'
import { compileKernels } from '../scripts/kernel-compiler.ts'
import { ascArguments, type KernelVariant, kernelVariants } from '../scripts/kernel-variants.ts'
import { moduleFaults } from '../scripts/wasm-check.ts'
import { kernelModuleRows } from '../src/backends/wasm/gen/modules.gen.ts'
import { kernelModuleBytes } from '../src/backends/wasm/modules.ts'

function variant(name: string): KernelVariant {
  const row = kernelVariants.find((candidate) => candidate.name === name)
  if (!row) throw new Error(`There is no kernel variant ${name}`)
  return row
}

const noFiles = () => Promise.resolve(null)

/** What the check says of a source compiled for single memory. */
async function faultsOf(source: string): Promise<string[]> {
  return moduleFaults((await compileKernels(variant('plain-single'), source, noFiles)).wasm, false)
}

it('asc gets -O1 for every variant and nothing else that optimizes', () => {
  for (const row of kernelVariants) {
    const levels = ascArguments(row).filter((argument) => /^-O|^--(optimize|shrink|converge)/.test(argument))
    expect(levels).toEqual(['-O1'])
  }
})

describe.each(kernelModuleRows)('module $name', ({ name, shared }) => {
  const wasm = kernelModuleBytes(name)

  it('is what the compiler made', () => {
    const file = readFileSync(new URL(`../src/backends/wasm/gen/${name}.wasm`, import.meta.url))
    expect(Buffer.compare(file, wasm)).toBe(0)
  })

  it('owns no state', () => {
    expect(moduleFaults(wasm, shared)).toEqual([])
  })

  it('runs on a memory of exactly the size a plan asks for', async () => {
    const memory = new WebAssembly.Memory({ initial: 1, maximum: 1, shared })
    const { instance } = await WebAssembly.instantiate(wasm, { env: { memory } })
    const names = WebAssembly.Module.exports(new WebAssembly.Module(wasm)).map((entry) => entry.name)
    expect(Object.keys(instance.exports)).toEqual(names)
  })
})

describe('the check of a module refuses', () => {
  it.each<[what: string, source: string, fault: RegExp]>([
    ['static data', 'export function f(): u8 { return load<u8>(memory.data<u8>([7, 8, 9])) }', /data section/],
    ['text', 'export function f(i: i32): i32 { return "kernel".charCodeAt(i) }', /data section/],
    ['a counter of its own', 'let n = 0\nexport function f(): i32 { return ++n }', /global variables/],
    ['work at instantiation', 'store<i32>(0, 1)\nexport function f(): void {}', /start section/],
    [
      'another import',
      'declare function log(x: i32): void\nexport function f(p: usize): void { log(load<i32>(p)) }',
      /expected memory env.memory alone/,
    ],
    ['a function table', 'export function f(g: (x: i32) => i32): i32 { return g(1) }', /table section/],
  ])('%s', async (_, source, fault) => {
    expect((await faultsOf(source)).join('; ')).toMatch(fault)
  })

  it('a memory of the other kind', async () => {
    const source = 'export function f(p: usize): i32 { return load<i32>(p) }'
    const { wasm } = await compileKernels(variant('plain-shared'), source, noFiles)
    expect(moduleFaults(wasm, true)).toEqual([])
    expect(moduleFaults(wasm, false).join()).toMatch(/imports memory .*"shared":true/)
  })
})

it('relaxed instructions do not compile for a plain variant', async () => {
  const source =
    'export function f(p: usize): void { const v = v128.load(p); v128.store(p, f32x4.relaxed_madd(v, v, v)) }'
  await expect(compileKernels(variant('relaxed-single'), source, noFiles)).resolves.toBeDefined()
  await expect(compileKernels(variant('plain-single'), source, noFiles)).rejects.toThrow(/relaxed/i)
})

it('signatures keep the names of parameters and leave constants out', async () => {
  const kernel =
    'export const LANES: i32 = 4\nexport function scale(x: usize, factor: f32): i32 { store<f32>(x, factor); return LANES }'
  expect(exportedFunctions(kernel)).toEqual(['scale'])
  const read = (path: string) => Promise.resolve(path === 'src/ops/scale/kernel.as.ts' ? kernel : null)
  const { typings } = await compileKernels(
    variant('plain-single'),
    "export { scale } from './ops/scale/kernel.as'",
    read,
  )
  expect(kernelSignatures(typings)).toContain('scale(x: number, factor: number): number;')
})
