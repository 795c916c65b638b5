// Compiles every src/ops/**/kernel.as.ts into the WebAssembly modules of kernel-variants.ts and writes them, embedded
// and typed, to src/backends/wasm/gen/kernels.gen.ts. Does nothing when no input has changed since the last time.

import { readFile } from 'node:fs/promises'
import { join, relative } from 'node:path'
import asc from 'assemblyscript/asc'
import { filesUnder, hashOf, replaceFile, root, runAsMain } from './files.ts'
import { exportedFunctions, kernelSignatures, printKernelModule } from './kernel-bindings.ts'
import { ascArguments, type KernelVariant, kernelVariants } from './kernel-variants.ts'
import { assertStaticModule } from './wasm-check.ts'

const output = join(root, 'src/backends/wasm/gen')

/** Brings src/backends/wasm/gen up to date; true when it had to compile. */
export async function buildKernels(): Promise<boolean> {
  const sources = (await filesUnder(join(root, 'src'))).filter((file) => file.endsWith('.as.ts'))
  const own = ['build-kernels', 'files', 'kernel-bindings', 'kernel-variants', 'wasm-check']
  const inputs = [...sources, ...own.map((name) => join(root, `scripts/${name}.ts`))]
  const stamp = await hashOf(inputs, asc.version)
  const generated = join(output, 'kernels.gen.ts')
  const first = await readFile(generated, 'utf8').then(
    (text) => text.slice(0, text.indexOf('\n')),
    () => '',
  )
  if (first === `// ${stamp}`) return false

  const entry = await entrySource(sources.filter((file) => file.endsWith('/kernel.as.ts')))
  const modules = new Map<string, Uint8Array>()
  let signatures = ''
  for (const row of kernelVariants) {
    const { wasm, typings } = await compile(row, entry)
    assertStaticModule(row, wasm)
    const found = kernelSignatures(typings)
    if (signatures !== '' && signatures !== found) {
      throw new Error(`Kernel module ${row.name} exports other functions than the modules before it.`)
    }
    signatures = found
    modules.set(row.name, wasm)
  }
  for (const [name, wasm] of modules) await replaceFile(join(output, `${name}.wasm`), wasm)
  await replaceFile(generated, `// ${stamp}\n${printKernelModule(modules, signatures)}`)
  return true
}

/** One source file that re-exports the functions (constants stay inside) of all kernel files. */
async function entrySource(kernels: readonly string[]): Promise<string> {
  const lines = await Promise.all(
    kernels.map(async (file) => {
      const names = exportedFunctions(await readFile(file, 'utf8'))
      return names.length === 0 ? '' : `export { ${names.join(', ')} } from './${relative(join(root, 'src'), file)}'`
    }),
  )
  return `${lines.filter((line) => line !== '').join('\n')}\n`
}

async function compile(row: KernelVariant, entry: string): Promise<{ wasm: Uint8Array; typings: string }> {
  const entryName = 'src/kernels.entry.ts'
  const written = new Map<string, string | Uint8Array>()
  const messages: string[] = []
  const stream = { write: (text: string | Uint8Array) => void messages.push(String(text)) }
  const { error } = await asc.main(
    [entryName, ...ascArguments(row), '--bindings', 'raw', '--outFile', 'module.wasm', '--baseDir', root],
    {
      stdout: stream,
      stderr: stream,
      // Only our entry and sources exist for asc: an asconfig.json cannot change the options above.
      readFile: async (name, base) => {
        if (name === entryName) return entry
        if (!name.endsWith('.as.ts')) return null
        return readFile(join(base, name), 'utf8').catch(() => null)
      },
      writeFile: (name, contents) => {
        written.set(name, contents)
      },
      listFiles: () => null,
    },
  )
  const wasm = written.get('module.wasm')
  const typings = written.get('module.d.ts')
  if (error || !(wasm instanceof Uint8Array) || typeof typings !== 'string') {
    throw new Error(`asc could not compile kernel module ${row.name}:\n${messages.join('')}${error?.message ?? ''}`)
  }
  return { wasm, typings }
}

if (runAsMain(import.meta.url)) {
  const started = performance.now()
  const built = await buildKernels()
  console.log(built ? `kernels: built in ${Math.round(performance.now() - started)} ms` : 'kernels: unchanged')
}
