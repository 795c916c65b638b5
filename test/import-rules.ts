// Which file may import which: the order of folders, their doors, and what a browser bundle may reach.
// Pure functions over file texts, so that the rules are tried on made-up trees, too.

import { posix } from 'node:path'
import { type Folder, folderOrder, nodeDoors } from '../scripts/folders.ts'
import { type FileTexts, type ImportEdge, importsOf, resolveImport } from './import-edges.ts'

/** Packages that run in a browser as they are; others may only be reached by a dynamic import or from cli/. */
export const browserPackages: readonly string[] = ['fflate']

/** What draws is given its data, so that it needs no model; what runs one is in `insight`. */
const typesOnly: Partial<Record<Folder, readonly Folder[]>> = {
  inspect: ['backends', 'model', 'data', 'train', 'insight'],
}

const isTest = (path: string) => path.endsWith('.test.ts')
const isAssembly = (path: string) => path.endsWith('.as.ts')
const doorPaths: readonly string[] = nodeDoors.map((door) => `src/${door}.ts`)
const isDoor = (path: string) => /^src\/(?:.*\/)?index\.ts$/.test(path) || doorPaths.includes(path)

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
    for (const edge of importsOf(path, text)) {
      const reason = path.startsWith('studio/')
        ? studioFault(path, edge.specifier, publicSubpaths)
        : sourceFault(path, edge)
      if (reason) faults.push(`${path} imports ${edge.specifier}: ${reason}`)
    }
  }
  return faults
}

function studioFault(path: string, specifier: string, publicSubpaths: readonly string[]): string | undefined {
  if (specifier.startsWith('#')) return 'the Studio may import only public subpaths of lenslet'
  const target = resolveImport(path, specifier)
  if (target !== undefined) {
    return target.startsWith('studio/') ? undefined : 'the Studio may import only public subpaths of lenslet'
  }
  if (specifier !== 'lenslet' && !specifier.startsWith('lenslet/')) return undefined
  const subpath = specifier.replace(/^lenslet/, '.')
  return publicSubpaths.includes(subpath) ? undefined : `"${subpath}" is not in the exports of package.json`
}

function sourceFault(path: string, { specifier, kind }: ImportEdge): string | undefined {
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
  if (order.indexOf(targetFolder) > order.indexOf(folder)) return `${targetFolder} stands after ${folder}`
  if (kind !== 'type' && typesOnly[folder as Folder]?.includes(targetFolder as Folder)) {
    return `${folder} may import only types of ${targetFolder}, by \`import type\``
  }
  return undefined
}

/**
 * Every import of a door by a file that is none, as sentences. Doors are for users of the package: inside, what a file
 * needs comes from the file that defines it.
 */
export function doorImports(files: FileTexts): string[] {
  const faults: string[] = []
  for (const [path, text] of files) {
    if (folderOf(path) === undefined || isTest(path) || isDoor(path)) continue
    for (const { specifier } of importsOf(path, text)) {
      const target = resolveImport(path, specifier)
      if (target === undefined || !isDoor(target)) continue
      const whose = posix.dirname(target) === posix.dirname(path) ? "its own folder's" : "another folder's"
      faults.push(`${path} imports ${specifier}: ${whose} door; import the file that defines it`)
    }
  }
  return faults
}

/** What a page could not load if it imported an entry file: Node's own modules and packages that are not for browsers. */
export function browserFaults(files: FileTexts, entries: readonly string[]): string[] {
  const faults: string[] = []
  const seen = new Set(entries)
  for (const path of seen) {
    for (const { specifier, kind } of importsOf(path, files.get(path) ?? '')) {
      if (kind !== 'static') continue
      const target = resolveImport(path, specifier, 'browser')
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
