// What each source file imports, read from its text. Pure functions, so that rules are tried on made-up trees, too.

import { posix } from 'node:path'
import { parseSync, Visitor } from 'oxc-parser'
import manifest from '../package.json' with { type: 'json' }

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
export function resolveImport(from: string, specifier: string, where: 'node' | 'browser' = 'node'): string | undefined {
  const own = Object.entries(manifest.imports).find(([name]) => name === specifier)?.[1]['lenslet-source']
  if (own !== undefined) return own[where === 'browser' ? 'browser' : 'default'].slice('./'.length)
  if (!specifier.startsWith('.')) return undefined
  return posix.join(posix.dirname(from), specifier)
}
