// Which file may import which: the table of folders, the search for import cycles, and what a browser bundle may reach.
// Pure functions over file texts, so that the rules are tried on made-up trees, too.

import { posix } from 'node:path'
import { parseSync, Visitor } from 'oxc-parser'

/** Folders of src/ in the order of data: a folder may import itself and what stands before it. */
export const folderOrder = [
  'core',
  'platform',
  'ops',
  'layers',
  'network',
  'notation',
  'plan',
  'backends',
  'model',
  'data',
  'train',
  'exchange',
  'zoo',
  'inspect',
  'cli',
] as const

/** Packages that run in a browser as they are; others may only be reached by a dynamic import or from cli/. */
export const browserPackages: readonly string[] = ['fflate', 'zod']

export interface ImportEdge {
  readonly specifier: string
  /** `static` runs with the importing file, `dynamic` later, `type` never. */
  readonly kind: 'static' | 'dynamic' | 'type'
}

/** File texts by path relative to the repository's root, with `/` between folders. */
export type FileTexts = ReadonlyMap<string, string>

/** Every import of a file, as written. */
export function importsOf(path: string, text: string): ImportEdge[] {
  if (path.endsWith('.as.ts')) return assemblyImports(text)
  const { module, program, errors } = parseSync(path, text)
  if (errors.length > 0) throw new Error(`${path} does not parse: ${errors[0]?.message}`)
  const edges: ImportEdge[] = []
  const add = (specifier: string, kind: ImportEdge['kind']) => edges.push({ specifier, kind })
  // `import { type A }` keeps its import when types are stripped; only `import type` and `export type` vanish.
  const kindAt = (start: number) => (/^(?:import|export)\s+type\b/.test(text.slice(start)) ? 'type' : 'static')
  for (const { moduleRequest, start } of module.staticImports) add(moduleRequest.value, kindAt(start))
  for (const { entries, start } of module.staticExports) {
    const from = entries.find((entry) => entry.moduleRequest)?.moduleRequest?.value
    if (from !== undefined) add(from, kindAt(start))
  }
  new Visitor({
    TSImportType: (node) => void add(node.source.value, 'type'),
    ImportExpression: ({ source }) => {
      if (source.type === 'Literal' && typeof source.value === 'string') add(source.value, 'dynamic')
    },
  }).visit(program)
  return edges
}

/** AssemblyScript decorates functions, which TypeScript parsers refuse; its imports are plain lines. */
function assemblyImports(text: string): ImportEdge[] {
  const statements = text.matchAll(/^(?:import|export)\b[^'"]*?\bfrom\s*['"]([^'"]+)['"]/gm)
  return [...statements].map((match) => ({ specifier: match[1] ?? '', kind: 'static' as const }))
}

/** The repository path an import leads to; undefined for a package. */
export function resolveImport(from: string, specifier: string, platform = 'src/platform/node.ts'): string | undefined {
  if (specifier === '#platform') return platform
  if (!specifier.startsWith('.')) return undefined
  return posix.join(posix.dirname(from), specifier)
}

const isTest = (path: string) => path.endsWith('.test.ts')
const isAssembly = (path: string) => path.endsWith('.as.ts')

/** The folder of src/ that a file belongs to; `''` for files directly in src/, undefined outside. */
function folderOf(path: string): string | undefined {
  const [top, folder, ...rest] = path.split('/')
  if (top !== 'src' || folder === undefined) return undefined
  return rest.length === 0 ? '' : folder
}

/** Every import that the table forbids, as sentences. */
export function forbiddenImports(files: FileTexts, publicSubpaths: readonly string[]): string[] {
  const faults: string[] = []
  for (const [path, text] of files) {
    if (isTest(path)) continue
    for (const { specifier } of importsOf(path, text)) {
      const reason = path.startsWith('studio/')
        ? studioFault(path, specifier, publicSubpaths)
        : sourceFault(path, specifier)
      if (reason) faults.push(`${path} imports ${specifier}: ${reason}`)
    }
  }
  return faults
}

function studioFault(path: string, specifier: string, publicSubpaths: readonly string[]): string | undefined {
  if (specifier === '#platform') return 'the Studio may import only public subpaths of lenslet'
  const target = resolveImport(path, specifier)
  if (target !== undefined) {
    return target.startsWith('studio/') ? undefined : 'the Studio may import only public subpaths of lenslet'
  }
  if (specifier !== 'lenslet' && !specifier.startsWith('lenslet/')) return undefined
  const subpath = specifier.replace(/^lenslet/, '.')
  return publicSubpaths.includes(subpath) ? undefined : `"${subpath}" is not in the exports of package.json`
}

function sourceFault(path: string, specifier: string): string | undefined {
  const folder = folderOf(path)
  if (folder === undefined) return undefined
  const order: readonly string[] = folderOrder
  if (folder !== '' && !order.includes(folder)) return `folder ${folder} is not in the table`
  if (specifier === 'lenslet' || specifier.startsWith('lenslet/')) return 'the sources import each other by path'
  const target = resolveImport(path, specifier)
  if (isAssembly(path)) {
    const kept = target !== undefined && isAssembly(target) && folderOf(target) === 'ops' && folder === 'ops'
    return kept ? undefined : 'AssemblyScript may import only .as.ts files within src/ops'
  }
  if (target === undefined) return undefined
  if (isAssembly(target)) return 'only AssemblyScript may import AssemblyScript; kernels are reached by their module'
  if (isTest(target)) return 'a test is no part of the package'
  const targetFolder = folderOf(target)
  if (targetFolder === undefined) return 'it is outside src/'
  if (folder === '') return undefined
  if (targetFolder === '') return 'the front door imports the folders, not the other way'
  if (!order.includes(targetFolder)) return `folder ${targetFolder} is not in the table`
  if (order.indexOf(targetFolder) <= order.indexOf(folder)) return undefined
  return `${targetFolder} stands after ${folder}`
}

/** Rings of files that import each other as they load, each as a list that ends where it began. */
export function importCycles(files: FileTexts): string[][] {
  const graph = staticGraph(files)
  const cycles: string[][] = []
  const done = new Set<string>()
  const trail: string[] = []
  const visit = (path: string): void => {
    const start = trail.indexOf(path)
    if (start >= 0) {
      cycles.push([...trail.slice(start), path])
      return
    }
    if (done.has(path)) return
    trail.push(path)
    for (const target of graph.get(path) ?? []) visit(target)
    trail.pop()
    done.add(path)
  }
  for (const path of graph.keys()) visit(path)
  return cycles
}

function staticGraph(files: FileTexts): Map<string, string[]> {
  const graph = new Map<string, string[]>()
  for (const [path, text] of files) {
    const targets = importsOf(path, text)
      .filter((edge) => edge.kind === 'static')
      .map((edge) => resolveImport(path, edge.specifier))
    graph.set(
      path,
      targets.filter((target) => target !== undefined),
    )
  }
  return graph
}

/** What a page could not load if it imported an entry file: Node's own modules and packages that are not for browsers. */
export function browserFaults(files: FileTexts, entries: readonly string[]): string[] {
  const faults: string[] = []
  const seen = new Set(entries)
  for (const path of seen) {
    for (const { specifier, kind } of importsOf(path, files.get(path) ?? '')) {
      if (kind !== 'static') continue
      const target = resolveImport(path, specifier, 'src/platform/browser.ts')
      if (target !== undefined) seen.add(target)
      else if (!browserPackages.includes(packageOf(specifier))) faults.push(`${path} imports ${specifier}`)
    }
  }
  return faults
}

/** `@scope/name/file` → `@scope/name`, `name/file` → `name`. */
function packageOf(specifier: string): string {
  return specifier
    .split('/')
    .slice(0, specifier.startsWith('@') ? 2 : 1)
    .join('/')
}
