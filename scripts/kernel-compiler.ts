// One run of the AssemblyScript compiler over sources in memory.

import asc from 'assemblyscript/asc'
import { ascArguments, type KernelVariant } from './kernel-variants.ts'

export const compilerVersion: string = asc.version

export interface CompiledKernels {
  readonly wasm: Uint8Array
  /** asc's own typings of the exports, with parameter names. */
  readonly typings: string
}

/** Compiles an entry's text; `read` gives the `.as.ts` files it imports, by path from the repository's root. */
export async function compileKernels(
  row: KernelVariant,
  entry: string,
  read: (path: string) => Promise<string | null>,
): Promise<CompiledKernels> {
  const entryName = 'src/kernels.entry.ts'
  const written = new Map<string, string | Uint8Array>()
  const messages: string[] = []
  const stream = { write: (text: string | Uint8Array) => void messages.push(String(text)) }
  const { error } = await asc.main([entryName, ...ascArguments(row), '--bindings', 'raw', '--outFile', 'module.wasm'], {
    stdout: stream,
    stderr: stream,
    // Nothing but our sources exists for asc: an asconfig.json cannot change the options above.
    readFile: async (name) => {
      if (name === entryName) return entry
      return name.endsWith('.as.ts') ? read(name) : null
    },
    writeFile: (name, contents) => {
      written.set(name, contents)
    },
    listFiles: () => null,
  })
  const wasm = written.get('module.wasm')
  const typings = written.get('module.d.ts')
  if (error || !(wasm instanceof Uint8Array) || typeof typings !== 'string') {
    throw new Error(`asc could not compile kernel module ${row.name}:\n${messages.join('')}${error?.message ?? ''}`)
  }
  return { wasm, typings }
}
