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
  const entries = [...modules].map(([name, wasm]) => `  '${name}':\n    '${Buffer.from(wasm).toString('base64')}',`)
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

/** The modules' bytes as base64, so that no platform has to fetch a file. */
export const kernelModules: Readonly<Record<KernelModuleName, string>> = {
${entries.join('\n')}
}
`
}
