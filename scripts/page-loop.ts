// Makes two files of a chunk and of one that it imports later, so that neither imports the other's names: the later one
// is a function of them. By its own import it would get a second copy, with classes of its own, where a page has the first
// under another address (`lenslet.browser.js?v=2`, a blob).

/** A chunk as the bundler writes it, minified: imports first, exports last. */
export interface Chunk {
  readonly fileName: string
  readonly code: string
}

/** `publicNames`: what the first chunk is to export; it exports more, for the later one. */
export function handOver(
  first: Chunk,
  later: Chunk,
  publicNames: readonly string[],
): { readonly first: string; readonly later: string } {
  const imports = part(later, new RegExp(`^import\\{([^}]*)\\}from"\\./${escaped(first.fileName)}";`))
  const made = part(later, exportsAtEnd)
  const exported = part(first, exportsAtEnd)
  const called = part(first, new RegExp(`import\\((\`\\./${escaped(later.fileName)}\`)\\)`))

  const wanted = pairs(imports.list)
  const localOf = new Map(pairs(exported.list).map(([local, name]) => [name, local]))
  const kept = [...localOf].filter(([name]) => publicNames.includes(name))
  if (kept.length !== publicNames.length) throw new Error(`${first.fileName} does not export all that it should.`)

  const shared = wanted.map(([name]) => `${name}:${localOf.get(name)}`)
  const firstCode = first.code
    .replace(exported.text, () => `export{${kept.map(([name, local]) => `${local} as ${name}`)}};`)
    // At the top level, where no parameter hides a name; called late, when all of them have their values.
    .replace(called.text, () => `${called.text}.then(later=>later.join(lensletShared()))`)
  const laterCode = later.code
    .slice(imports.text.length)
    .replace(made.text, () => `return{${pairs(made.list).map(([local, name]) => `${name}:${local}`)}}`)
  return {
    first: `${firstCode.trimEnd()}function lensletShared(){return{${shared}}}\n`,
    later: `export function join({${wanted.map(([name, local]) => `${name}:${local}`)}}){${laterCode.trimEnd()}}\n`,
  }
}

const exportsAtEnd = /export\{([^}]*)\};?\s*$/

function part({ fileName, code }: Chunk, pattern: RegExp): { readonly text: string; readonly list: string } {
  const [text, list] = pattern.exec(code) ?? []
  if (text === undefined || list === undefined)
    throw new Error(`${fileName} is not of the form that is expected: ${pattern}`)
  return { text, list }
}

/** `a as b,c` → [a, b], [c, c]. */
function pairs(list: string): (readonly [from: string, to: string])[] {
  return list.split(',').map((entry) => {
    const [from = '', to = from] = entry.trim().split(' as ')
    return [from, to]
  })
}

const escaped = (name: string) => name.replaceAll('.', '\\.')
