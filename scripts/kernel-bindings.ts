// From asc's outputs to the generated TypeScript modules: kernel names and signatures, module bytes as base64.

import { compress } from 'lzma1'
import { patchOf } from './kernel-patch.ts'
import { kernelSets, kernelVariants } from './kernel-variants.ts'

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
 * A module's bytes as base64, a range of what is in base64 and compressed (lzma.ts), or what makes them of another module's
 * (scripts/kernel-patch.ts).
 */
export type EmbeddedModule =
  | { readonly base64: string }
  | { readonly packed: string; readonly from: number; readonly to: number }
  | { readonly base: KernelModuleName; readonly patch: string }

/** The modules that a platform has. */
export type EmbeddedModules = Readonly<Partial<Record<KernelModuleName, EmbeddedModule>>>

/** Kernels in a file of their own, which is loaded when a plan has a call of one. */
export interface KernelFile {
  /** Beside the package's one file for pages. */
  readonly name: string
  /** Names of its kernels. */
  readonly kernels: RegExp
  load(): Promise<{ readonly kernelModules: EmbeddedModules }>
}

/** Modules of one function, multiplyTiles of src/ops/kernel/matrix.as.ts, by variant: base64. */
export type TileModules = { readonly relaxed: string; readonly short: string }
`
}

/** The text of kernels.gen.ts, the bytes of all modules: for Node. */
export function printKernelModule(
  modules: ReadonlyMap<string, Uint8Array>,
  tiles: ReadonlyMap<string, Uint8Array>,
): string {
  const all = [...modules]
  const entries = all.map(([name, wasm], index) => `  '${name}': ${embedded(wasm, all.slice(0, index))},`)
  const alone = [...tiles].map(([variant, wasm]) => `  ${variant}:\n    '${base64(wasm)}',`)
  return `${head}import type { EmbeddedModules, KernelFile, TileModules } from './modules.gen.ts'

/** Part of the program, so that no platform has to fetch a file. */
export const kernelModules: EmbeddedModules = {
${entries.join('\n')}
}

/** Of the variants that timing chooses from. */
export const tileModules: TileModules | undefined = {
${alone.join('\n')}
}

/** None: all kernels are above. */
export const kernelFiles: readonly KernelFile[] = []
`
}

/**
 * The text of pageKernels.gen.ts: the kernels that every page gets, without the variants that are chosen by a clock finer
 * than a page's or by an engine's flags, and where it finds the others.
 */
export function printPageKernelModule(modules: ReadonlyMap<string, Uint8Array>): string {
  const files = Object.entries(kernelSets).filter(([set]) => set !== 'core')
  const rows = files.map(
    ([set, kernels]) =>
      `  { name: 'lenslet.${set}.js', kernels: ${kernels}, load: () => import('./${set}Kernels.gen.ts') },`,
  )
  return `${head}import type { EmbeddedModules, KernelFile, TileModules } from './modules.gen.ts'

${packedModules(modules)}
/** A page has no clock that could choose. */
export const tileModules: TileModules | undefined = undefined

/** The first that takes a name has that kernel. */
export const kernelFiles: readonly KernelFile[] = [
${rows.join('\n')}
]
`
}

/** The text of a file with the kernels of a set. */
export function printKernelSet(modules: ReadonlyMap<string, Uint8Array>): string {
  return `${head}import type { EmbeddedModules } from './modules.gen.ts'\n\n${packedModules(modules)}`
}

/** The text of expander.gen.ts. */
export function printExpander(wasm: Uint8Array): string {
  return `${madeFrom('src/backends/wasm/lzma.as.ts')}/** A module as base64: its function \`expand\`. */
export const expander =
  '${base64(wasm)}'
`
}

const madeFrom = (sources: string) => `// Made by scripts/build-kernels.ts from ${sources}. Do not edit.\n\n`
const head = madeFrom('src/ops/**/kernel.as.ts')

/**
 * Compressed, because a page's gzip finds nothing in base64; all variants in one stream, because the second has nearly all
 * that it says from the first. Those for one thread's memory differ from the shared ones by a flag.
 */
function packedModules(modules: ReadonlyMap<string, Uint8Array>): string {
  const shared = [...modules].filter(([name]) => name.endsWith('-shared'))
  let to = 0
  const entries = shared.flatMap(([name, wasm]) => {
    const from = to
    to += wasm.length
    const single = name.replace('-shared', '-single')
    const patch = base64(patchOf(wasm, modules.get(single) as Uint8Array))
    return [
      `  '${name}': { packed, from: ${from}, to: ${to} },`,
      `  '${single}': { base: '${name}', patch: '${patch}' },`,
    ]
  })
  const packed = compress(Buffer.concat(shared.map(([, wasm]) => wasm)), 9)
  return `const packed =
  '${base64(Uint8Array.from(packed))}'

export const kernelModules: EmbeddedModules = {
${entries.join('\n')}
}
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
    return names.slice(-appended.length).join() === appended.join() ? [`  ${kernel}: '${own.join(' ')}',`] : []
  })
  return `// Made by scripts/build-kernels.ts from src/ops/**/kernel.as.ts. Do not edit.

/**
 * The parameters of each kernel that steps call, in order, without the last three: ${appended.join(', ')}. One text each: a page
 * loads them.
 */
export const kernelParameters = {
${rows.join('\n')}
} as const

export type KernelName = keyof typeof kernelParameters

/** Names of a kernel's parameters. */
export type KernelParameter<K extends KernelName> = Words<(typeof kernelParameters)[K]>

type Words<T extends string> = T extends \`\${infer First} \${infer Rest}\` ? First | Words<Rest> : T
`
}

const base64 = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64')

/** A module's entry: its bytes, or what makes it of one before it. */
function embedded(wasm: Uint8Array, earlier: readonly [string, Uint8Array][]): string {
  let best = `{\n    base64:\n      '${base64(wasm)}',\n  }`
  for (const [name, bytes] of earlier) {
    const entry = `{\n    base: '${name}',\n    patch: '${base64(patchOf(bytes, wasm))}',\n  }`
    if (entry.length < best.length) best = entry
  }
  return best
}
