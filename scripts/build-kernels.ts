// Compiles every src/ops/**/kernel.as.ts into the WebAssembly modules of kernel-variants.ts and writes them, embedded
// and typed, to src/backends/wasm/gen (kernels.gen.ts for Node; for pages pageKernels.gen.ts, and a file for each set of
// kernels that they load when a plan needs it), and the names of the kernels' parameters, by which steps call them, to
// src/ops/wasm/gen/parameters.gen.ts. Does nothing when no input has changed since the last time.

import { readFile } from 'node:fs/promises'
import { join, relative, sep } from 'node:path'
import { filesUnder, hashOf, replaceFile, root, runAsMain } from './files.ts'
import {
  exportedFunctions,
  kernelSignatures,
  printExpander,
  printKernelModule,
  printKernelSet,
  printModuleRows,
  printPageKernelModule,
  printParameterModule,
} from './kernel-bindings.ts'
import { compileKernels, compilerVersion } from './kernel-compiler.ts'
import {
  type KernelSet,
  type KernelVariant,
  kernelSets,
  kernelVariants,
  runsInPages,
  setOf,
} from './kernel-variants.ts'
import { assertStaticModule } from './wasm-check.ts'

const output = join(root, 'src/backends/wasm/gen')
const generated = join(output, 'kernels.gen.ts')
const forPages: Readonly<Record<KernelSet, string>> = {
  core: join(output, 'pageKernels.gen.ts'),
  training: join(output, 'trainingKernels.gen.ts'),
  rare: join(output, 'rareKernels.gen.ts'),
}
const rows = join(output, 'modules.gen.ts')
const parameters = join(root, 'src/ops/wasm/gen/parameters.gen.ts')
const expander = join(output, 'expander.gen.ts')
const expanderSource = join(root, 'src/backends/wasm/lzma.as.ts')
const scripts = [
  'build-kernels',
  'files',
  'kernel-bindings',
  'kernel-compiler',
  'kernel-patch',
  'kernel-variants',
  'wasm-check',
]

/**
 * Brings both gen folders up to date; true when it had to compile. With `leaveOut`, kernel files that do not compile
 * are named and left out, so that one half-written kernel does not stop work on the others; such a build is never
 * taken for up to date.
 */
export async function buildKernels({ leaveOut = false } = {}): Promise<boolean> {
  const sources = (await filesUnder(join(root, 'src/ops'))).filter((file) => file.endsWith('.as.ts'))
  const inputs = [...sources, expanderSource, ...scripts.map((name) => join(root, `scripts/${name}.ts`))]
  const stamp = `// ${await hashOf(inputs, compilerVersion)}\n`
  const present = await Promise.all(
    [generated, ...Object.values(forPages), rows, parameters, expander].map((file) =>
      readFile(file, 'utf8').catch(() => ''),
    ),
  )
  if (present.every((text) => text.startsWith(stamp))) return false

  const kernels = sources.filter((file) => file.endsWith(`${sep}kernel.as.ts`))
  try {
    await write(stamp, await compileAll(kernels))
  } catch (error) {
    if (!leaveOut) throw error
    await write('// Incomplete.\n', await compileAll(await compilingOf(kernels)))
  }
  return true
}

interface CompiledModules {
  readonly modules: ReadonlyMap<string, Uint8Array>
  readonly tiles: ReadonlyMap<string, Uint8Array>
  /** The modules for pages, each with the kernels of a set. */
  readonly sets: ReadonlyMap<KernelSet, ReadonlyMap<string, Uint8Array>>
  readonly signatures: string
  /** What expands the modules for pages; it runs alone, on a memory of its own. */
  readonly expander: Uint8Array
}

async function compileAll(kernels: readonly string[]): Promise<CompiledModules> {
  const entry = await entrySource(kernels)
  const modules = new Map<string, Uint8Array>()
  let signatures: string | undefined
  for (const row of kernelVariants) {
    const { wasm, typings } = await compileKernels(row, entry, readSource)
    assertStaticModule(row, wasm)
    const found = kernelSignatures(typings)
    if (found !== (signatures ?? found)) {
      throw new Error(`Kernel module ${row.name} exports other functions than the modules before it.`)
    }
    signatures = found
    modules.set(row.name, wasm)
  }
  const sets = new Map<KernelSet, ReadonlyMap<string, Uint8Array>>()
  for (const set of Object.keys(kernelSets) as KernelSet[]) sets.set(set, await compileSet(kernels, set))
  return { modules, tiles: await compileTiles(), sets, signatures: signatures ?? '', expander: await compileExpander() }
}

async function compileExpander(): Promise<Uint8Array> {
  const row = kernelVariants.find(({ variant, shared }) => variant === 'plain' && !shared) as KernelVariant
  const { wasm } = await compileKernels(row, "export { expand } from './backends/wasm/lzma.as'\n", readSource)
  return wasm
}

/** The modules for pages with the kernels of a set. */
async function compileSet(kernels: readonly string[], set: KernelSet): Promise<ReadonlyMap<string, Uint8Array>> {
  const entry = await entrySource(kernels, (kernel) => setOf(kernel) === set)
  const modules = new Map<string, Uint8Array>()
  for (const row of kernelVariants.filter(runsInPages)) {
    const { wasm } = await compileKernels(row, entry, readSource)
    assertStaticModule(row, wasm)
    modules.set(row.name, wasm)
  }
  return modules
}

/** The register tiles of the variants that timing chooses from, each alone in a module of its own. */
async function compileTiles(): Promise<ReadonlyMap<string, Uint8Array>> {
  const tiles = new Map<string, Uint8Array>()
  for (const row of kernelVariants.filter(({ timed, shared }) => timed === true && !shared)) {
    const { wasm } = await compileKernels(row, "export { multiplyTiles } from './ops/kernel/matrix.as'\n", readSource)
    assertStaticModule(row, wasm)
    tiles.set(row.variant, wasm)
  }
  return tiles
}

/** The kernel files that compile by themselves. */
async function compilingOf(kernels: readonly string[]): Promise<string[]> {
  const sound: string[] = []
  for (const file of kernels) {
    try {
      await compileAll([file])
      sound.push(file)
    } catch (error) {
      console.error(`Left out ${relative(root, file)}: ${error}`)
    }
  }
  return sound
}

async function write(
  stamp: string,
  { modules, tiles, sets, signatures, expander: wasm }: CompiledModules,
): Promise<void> {
  for (const [name, wasm] of modules) await replaceFile(join(output, `${name}.wasm`), wasm)
  await replaceFile(expander, stamp + printExpander(wasm))
  await replaceFile(parameters, stamp + printParameterModule(signatures))
  await replaceFile(rows, stamp + printModuleRows(signatures))
  for (const [set, of] of sets) {
    const text = set === 'core' ? printPageKernelModule(of) : printKernelSet(of)
    await replaceFile(forPages[set], stamp + text)
  }
  await replaceFile(generated, stamp + printKernelModule(modules, tiles))
}

const readSource = (path: string): Promise<string | null> => readFile(join(root, path), 'utf8').catch(() => null)

/** One source that exports the functions (their files' constants stay inside) of all kernel files. */
async function entrySource(kernels: readonly string[], wanted = (_kernel: string) => true): Promise<string> {
  const lines = await Promise.all(
    kernels.map(async (file) => {
      const names = exportedFunctions(await readFile(file, 'utf8')).filter(wanted)
      // asc takes `.ts` off a name in an import but not in an export, where it must not stand.
      const name = relative(join(root, 'src'), file).replaceAll(sep, '/').slice(0, -'.ts'.length)
      return names.length === 0 ? [] : [`export { ${names.join(', ')} } from './${name}'\n`]
    }),
  )
  return lines.flat().join('')
}

if (runAsMain(import.meta.url)) {
  const started = performance.now()
  const built = await buildKernels()
  console.log(built ? `kernels: built in ${Math.round(performance.now() - started)} ms` : 'kernels: unchanged')
}
