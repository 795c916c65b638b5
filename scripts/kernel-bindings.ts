// From asc's outputs to the generated TypeScript module: kernel names and signatures, module bytes as base64.

import { kernelVariants } from './kernel-variants.ts'

/** Names of the functions that an AssemblyScript source exports. */
export function exportedFunctions(source: string): string[] {
  return [...source.matchAll(/^export function (\w+)/gm)].map((match) => match[1] ?? '')
}

/** The body of an interface with every exported kernel and its doc comment, from the typings that asc writes. */
export function kernelSignatures(typings: string): string {
  const start = typings.indexOf('{\n') + 2
  const end = typings.indexOf('\n}')
  return typings.slice(start, Math.max(start, end)).replaceAll('export function ', '').trimEnd()
}

/** The text of kernels.gen.ts. */
export function printKernelModule(modules: ReadonlyMap<string, Uint8Array>, signatures: string): string {
  const all = [...modules]
  const entries = all.map(([name, wasm], index) => `  '${name}': ${embedded(wasm, all.slice(0, index))},`)
  const rows = kernelVariants.map(
    ({ name, variant, shared }) => `  { name: '${name}', variant: '${variant}', shared: ${shared} },`,
  )
  return `// Made by scripts/build-kernels.ts from src/ops/**/kernel.as.ts. Do not edit.

/** The functions of a kernel module. Addresses are byte offsets into its memory. */
export interface KernelExports {
${signatures}
}

/** The modules there are: which instructions each uses, and whether its memory is shared between threads. */
export const kernelModuleRows = [
${rows.join('\n')}
] as const

export type KernelModuleName = (typeof kernelModuleRows)[number]['name']

/** A module's bytes as base64, or another module's but for one byte: whether the memory it imports is shared. */
export type EmbeddedModule =
  | { readonly base64: string }
  | { readonly almost: KernelModuleName; readonly at: number; readonly byte: number }

/** Part of the program, so that no platform has to fetch a file. */
export const kernelModules: Readonly<Record<KernelModuleName, EmbeddedModule>> = {
${entries.join('\n')}
}
`
}

/** A module's entry: its bytes, or where it differs from one before it. */
function embedded(wasm: Uint8Array, earlier: readonly [string, Uint8Array][]): string {
  for (const [name, bytes] of earlier) {
    const [at, ...more] = differences(bytes, wasm)
    if (at !== undefined && more.length === 0) return `{ almost: '${name}', at: ${at}, byte: ${wasm[at]} }`
  }
  return `{\n    base64:\n      '${Buffer.from(wasm).toString('base64')}',\n  }`
}

/** Offsets of the bytes that differ; all of them where the lengths do. */
function differences(a: Uint8Array, b: Uint8Array): number[] {
  const offsets = [...b.keys()]
  return a.length === b.length ? offsets.filter((offset) => a[offset] !== b[offset]) : offsets
}
