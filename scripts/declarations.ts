// What the package exports, read from the declarations (.d.ts) in dist/: names, docstrings and types as written. TypeDoc does
// the same with the compiler's API, which TypeScript 7 does not have (docs/decisions/0018-documentation-site.md).

import { posix } from 'node:path'
import { parseSync, type Statement } from 'oxc-parser'

/** One name as a file declares it. */
export interface Declaration {
  readonly name: string
  readonly kind: 'class' | 'constant' | 'function' | 'type'
  /** The docstring without its stars; empty where there is none. */
  readonly doc: string
  /** TypeScript, without `export declare` and private members. */
  readonly code: string
  /** File that declares it, relative to the folder of the declarations. */
  readonly file: string
}

/** Texts of the declaration files by path, `/` between folders. */
export type DeclarationTexts = ReadonlyMap<string, string>

/** All exports of an entry file by the name that users import, in the order of the file. Throws where a name leads nowhere. */
export function exportsOf(file: string, texts: DeclarationTexts): ReadonlyMap<string, Declaration[]> {
  const { program, module } = parse(file, texts)
  const found = new Map<string, Declaration[]>()
  const stars = new Map<string, Declaration[]>()
  for (const { entries } of module.staticExports) {
    for (const { moduleRequest, importName, exportName, localName } of entries) {
      const from = moduleRequest && posix.join(posix.dirname(file), moduleRequest.value).replace(/\.js$/, '.d.ts')
      if (from !== null && importName.kind === 'All')
        throw new Error(`${file}: export * as ${exportName.name} is not read`)
      if (from !== null && importName.kind === 'AllButDefault') {
        for (const [name, declarations] of exportsOf(from, texts)) stars.set(name, declarations)
      } else if (exportName.name !== null) {
        const own = importName.name ?? localName.name ?? exportName.name
        found.set(
          exportName.name,
          from === null ? declared(own, file, program.body, texts) : named(own, from, file, texts),
        )
      }
    }
  }
  // An explicit export takes precedence over one that `*` brings.
  for (const [name, declarations] of stars) if (!found.has(name)) found.set(name, declarations)
  return found
}

/** The first docstring of a file: what the file is for. */
export function introduction(file: string, texts: DeclarationTexts): string {
  const [, comment = ''] = /^\/\*\*([\s\S]*?)\*\//.exec(text(file, texts)) ?? []
  return unstarred(comment)
}

function named(name: string, from: string, importer: string, texts: DeclarationTexts): Declaration[] {
  const declarations = exportsOf(from, texts).get(name)
  if (declarations === undefined) throw new Error(`${importer} exports ${name}, which ${from} does not`)
  return declarations
}

/** Declarations of a name in a file: several for an overloaded function, or a type and a value of the same name. */
function declared(name: string, file: string, body: readonly Statement[], texts: DeclarationTexts): Declaration[] {
  const source = text(file, texts)
  const declarations = body.flatMap((statement): Declaration[] => {
    const declaration = statement.type === 'ExportNamedDeclaration' ? statement.declaration : statement
    if (declaration === null || !('declare' in declaration || 'id' in declaration)) return []
    const names =
      declaration.type === 'VariableDeclaration'
        ? declaration.declarations.map(({ id }) => (id.type === 'Identifier' ? id.name : ''))
        : ['id' in declaration && declaration.id !== null && 'name' in declaration.id ? declaration.id.name : '']
    if (!names.includes(name)) return []
    const code = source.slice(statement.start, statement.end)
    return [
      { name, kind: kindOf(declaration.type), doc: docBefore(source, statement.start), code: readable(code), file },
    ]
  })
  if (declarations.length === 0) throw new Error(`${file} exports ${name} and does not declare it`)
  return declarations
}

function kindOf(type: string): Declaration['kind'] {
  if (/Class/.test(type)) return 'class'
  if (/Function/.test(type)) return 'function'
  return type === 'VariableDeclaration' ? 'constant' : 'type'
}

function docBefore(source: string, start: number): string {
  const before = source.slice(0, start).trimEnd()
  const open = before.lastIndexOf('/**')
  if (!before.endsWith('*/') || open < 0) return ''
  // The first comment of a file describes the file, unless the declaration follows at once.
  if (open === 0 && /\*\/\s*\n\s*\n/.test(source.slice(0, start))) return ''
  return unstarred(before.slice(open + 3, -2))
}

const unstarred = (comment: string) => comment.replace(/^[ \t]*\*? ?/gm, '').trim()

function readable(code: string): string {
  return code
    .replace(/^export (declare )?|^declare /, '')
    .replace(/^ *(?:#private|private [\w]+(?:\(.*?\))?);\n/gm, '')
    .replace(/;$/gm, '')
    .replace(/^( {4})+/gm, (spaces) => spaces.slice(spaces.length / 2))
}

function text(file: string, texts: DeclarationTexts): string {
  const found = texts.get(file)
  if (found === undefined) throw new Error(`${file} is exported and is not there`)
  return found
}

function parse(file: string, texts: DeclarationTexts) {
  const result = parseSync(file, text(file, texts))
  if (result.errors.length > 0) throw new Error(`${file} does not parse: ${result.errors[0]?.message}`)
  return result
}
