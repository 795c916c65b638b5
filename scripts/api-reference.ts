// The API reference: a Markdown page for each subpath of the package, from the declarations and their docstrings.
// `npm run docs` writes the pages to docs/api before it builds the site.

import { readFile } from 'node:fs/promises'
import { join, relative, sep } from 'node:path'
import { type Declaration, type DeclarationTexts, exportsOf, introduction } from './declarations.ts'
import { filesUnder, replaceFile, root, runAsMain } from './files.ts'

/** Where users import it (`lenslet/plan`), its page's name, and its declaration file. */
export interface Entry {
  readonly specifier: string
  readonly page: string
  readonly file: string
}

const dist = join(root, 'dist')

/** The entries in package.json that have declarations; the one-file `…/browser` entries have those of their namesakes. */
export async function entriesOf(): Promise<Entry[]> {
  const { exports } = JSON.parse(await readFile(join(root, 'package.json'), 'utf8')) as {
    readonly exports: Readonly<Record<string, string | { readonly types?: string }>>
  }
  return Object.entries(exports).flatMap(([subpath, targets]) => {
    if (typeof targets === 'string' || targets.types === undefined || subpath.endsWith('/browser')) return []
    const page = subpath === '.' ? 'lenslet' : subpath.slice(2).replaceAll('/', '-')
    return [{ specifier: `lenslet${subpath.slice(1)}`, page, file: targets.types.replace(/^\.\/dist\//, '') }]
  })
}

export async function readDeclarations(): Promise<DeclarationTexts> {
  const files = (await filesUnder(dist)).filter((file) => file.endsWith('.d.ts'))
  return new Map(
    await Promise.all(
      files.map(async (file) => [relative(dist, file).replaceAll(sep, '/'), await readFile(file, 'utf8')] as const),
    ),
  )
}

/** Markdown by page name. What two entries export is described on one page and linked from the other. */
export function pagesOf(entries: readonly Entry[], texts: DeclarationTexts): ReadonlyMap<string, string> {
  const homes = new Map<Declaration, string>()
  const pages = new Map<string, string>()
  // The parts first: the front door links to them.
  const ordered = [
    ...entries.filter(({ page }) => page !== 'lenslet'),
    ...entries.filter(({ page }) => page === 'lenslet'),
  ]
  const known = new Map<string, Declaration>()
  for (const { specifier, page, file } of ordered) {
    const all = [...exportsOf(file, texts)]
    const described = all.map(([name, [first, ...others]]) => {
      if (first === undefined) throw new Error(`${specifier} exports ${name} without a declaration`)
      const key = `${first.file} ${first.name}`
      const declaration = known.get(key) ?? first
      known.set(key, declaration)
      const home = homes.get(declaration) ?? page
      homes.set(declaration, home)
      return { name, home, declarations: [declaration, ...others] }
    })
    const rows = described.map(({ name, home, declarations }) => {
      const address = `${home === page ? '' : `./${home}.md`}#${name}`
      return `| [\`${name}\`](${address}) | ${declarations[0]?.kind} | ${cell(summary(declarations[0]?.doc ?? ''))} |`
    })
    const own = described.filter(({ home }) => home === page)
    pages.set(
      page,
      [
        `# ${specifier}`,
        escaped(introduction(file, texts)),
        ['| name | | |', '|---|---|---|', ...rows].join('\n'),
        ...own.map(({ name, declarations }) => section(name, declarations)),
        '',
      ].join('\n\n'),
    )
  }
  const list = entries.map(({ specifier, page, file }) => {
    return `| [\`${specifier}\`](./${page}.md) | ${cell(summary(introduction(file, texts)))} |`
  })
  pages.set(
    'index',
    `# API reference\n\nGenerated from the declarations and docstrings of the package. For a guided start see [the library](../library.md).\n\n| import from | |\n|---|---|\n${list.join('\n')}\n`,
  )
  return pages
}

function section(name: string, declarations: readonly Declaration[]): string {
  const parts = declarations.map(({ doc, code }) => [escaped(tagged(doc)), `\`\`\`ts\n${code}\n\`\`\``].join('\n\n'))
  return [`## ${name} {#${name}}`, ...parts].join('\n\n')
}

/** Docstring tags as a list: `@param x …` becomes "- `x`: …". */
function tagged(doc: string): string {
  const [text = '', ...tags] = doc.split(/^@/m)
  const items = tags.map((tag) => {
    const line = tag.replace(/\s+/g, ' ').trim()
    return line
      .replace(/^param (\S+)/, '- `$1`:')
      .replace(/^returns?/, '- returns')
      .replace(/^throws \{(\w+)\}/, '- throws `$1`:')
      .replace(/^(?!- )/, '- ')
  })
  return [text.trim(), items.join('\n')].filter((part) => part !== '').join('\n\n')
}

const summary = (doc: string) => {
  const text = (doc.split(/^@/m)[0] ?? '').replace(/\s+/g, ' ').trim()
  return /^.*?[.:](?= |$)/.exec(text)?.[0].replace(/:$/, '.') ?? text
}

const cell = (text: string) => escaped(text).replaceAll('|', '\\|')

/** Text for a page that Vue compiles: no tags and no `{{` outside of code. */
function escaped(text: string): string {
  return text
    .split(/(`[^`]*`)/)
    .map((part, index) => (index % 2 === 1 ? part : part.replaceAll('<', '&lt;').replaceAll('{', '&#123;')))
    .join('')
}

/** Writes docs/api; the package must be built. */
export async function writeReference(): Promise<number> {
  const pages = pagesOf(await entriesOf(), await readDeclarations())
  for (const [name, page] of pages) await replaceFile(join(root, 'docs/api', `${name}.md`), page)
  return pages.size
}

if (runAsMain(import.meta.url)) console.log(`docs/api: ${await writeReference()} pages`)
