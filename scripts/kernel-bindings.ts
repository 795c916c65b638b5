// From asc's outputs to the generated TypeScript modules: kernel names and signatures, module bytes as base64.

import { deflateSync } from 'node:zlib'
import { patchOf } from './kernel-patch.ts'
import { kernelVariants, runsInPages } from './kernel-variants.ts'

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

/** The text of modules.gen.ts: what is known of the modules without their bytes. */
export function printModuleRows(signatures: string): string {
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

/**
 * A module's bytes as base64, the same compressed by \`deflate\` (zlib), or what makes them of another module's (see
 * scripts/kernel-patch.ts).
 */
export type EmbeddedModule =
  | { readonly base64: string }
  | { readonly deflated: string }
  | { readonly base: KernelModuleName; readonly patch: string }

/** The modules that a platform has. */
export type EmbeddedModules = Readonly<Partial<Record<KernelModuleName, EmbeddedModule>>>
/** Modules of one function, multiplyTiles of src/ops/kernel/matrix.as.ts, by variant: base64. */
export type TileModules = { readonly relaxed: string; readonly short: string }
`
}

/** The text of kernels.gen.ts, the bytes of all modules: for Node. */
export function printKernelModule(
  modules: ReadonlyMap<string, Uint8Array>,
  tiles: ReadonlyMap<string, Uint8Array>,
): string {
  const alone = [...tiles].map(([variant, wasm]) => `  ${variant}:\n    '${base64(wasm)}',`)
  return printBytes(modules, plainBytes, `{\n${alone.join('\n')}\n}`)
}

/**
 * The text of pageKernels.gen.ts, for pages, and of predictKernels.gen.ts, for those that only predict: without the variants that are chosen by a clock finer than theirs or by an
 * engine's flags, and compressed, because a page's gzip finds little in base64 (70 kB for the file for Node, 36 for this).
 */
export function printPageKernelModule(modules: ReadonlyMap<string, Uint8Array>): string {
  const inPages = new Set(kernelVariants.filter(runsInPages).map(({ name }) => name))
  return printBytes(new Map([...modules].filter(([name]) => inPages.has(name))), deflatedBytes, 'undefined')
}

function printBytes(modules: ReadonlyMap<string, Uint8Array>, whole: (wasm: Uint8Array) => string, tiles: string) {
  const all = [...modules]
  const entries = all.map(([name, wasm], index) => `  '${name}': ${embedded(wasm, whole, all.slice(0, index))},`)
  return `// Made by scripts/build-kernels.ts from src/ops/**/kernel.as.ts. Do not edit.

import type { EmbeddedModules, TileModules } from './modules.gen.ts'

/** Part of the program, so that no platform has to fetch a file. */
export const kernelModules: EmbeddedModules = {
${entries.join('\n')}
}

/** Of the variants that timing chooses from. */
export const tileModules: TileModules | undefined = ${tiles}
`
}

/** What the runner appends to the arguments of every call. */
const appended = ['tiles', 'counter', 'scratch']

/** The text of parameters.gen.ts: which numbers each kernel takes that steps call, in order. */
export function printParameterModule(signatures: string): string {
  const rows = [...signatures.matchAll(/^ {2}(\w+)\(([^)]*)\)/gm)].flatMap(([, kernel = '', list = '']) => {
    const names = list.split(', ').map((parameter) => parameter.split(':')[0] ?? '')
    const own = names.slice(0, -appended.length)
    // The others (sync/kernel.as.ts) are the runner's own.
    return names.slice(-appended.length).join() === appended.join() ? [`  ${kernel}: ['${own.join("', '")}'],`] : []
  })
  return `// Made by scripts/build-kernels.ts from src/ops/**/kernel.as.ts. Do not edit.

/** The parameters of each kernel that steps call, in order, without the last three: ${appended.join(', ')}. */
export const kernelParameters = {
${rows.join('\n')}
} as const

export type KernelName = keyof typeof kernelParameters

/** Names of a kernel's parameters. */
export type KernelParameter<K extends KernelName> = (typeof kernelParameters)[K][number]
`
}

const plainBytes = (wasm: Uint8Array) => `{\n    base64:\n      '${base64(wasm)}',\n  }`
const deflatedBytes = (wasm: Uint8Array) =>
  `{\n    deflated:\n      '${base64(deflateSync(wasm, { level: 9, memLevel: 9 }))}',\n  }`

const base64 = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64')

/** A module's entry: its bytes, or what makes it of one before it. */
function embedded(
  wasm: Uint8Array,
  whole: (wasm: Uint8Array) => string,
  earlier: readonly [string, Uint8Array][],
): string {
  let best = whole(wasm)
  for (const [name, bytes] of earlier) {
    const entry = `{\n    base: '${name}',\n    patch: '${base64(patchOf(bytes, wasm))}',\n  }`
    if (entry.length < best.length) best = entry
  }
  return best
}
