/** The numbers of a word that can be turned: F, S, P and K of `CONV5-16 s2 p2`. */

export interface Knobs {
  readonly kernel?: number
  readonly filters?: number
  readonly stride?: number
  readonly padding?: number
}

export interface WordParts {
  readonly knobs: Knobs
  /** Of the whole word with its options, in the text. */
  readonly span: readonly [from: number, to: number]
  readonly letters: string
  /** Options that are no knobs, as they are written. */
  readonly others: readonly string[]
}

const pattern = /^(L2POOL|[A-Za-z]+)(\d+)?(?:-(\d+))?((?:[ \t]+(?!->)[a-z][a-z0-9.,=x-]*)*)/

/** The word at a place of a text; undefined where its numbers are not plain ones (3x5, p0,1,0,1), which have no knob. */
export function wordAt(text: string, from: number): WordParts | undefined {
  const found = pattern.exec(text.slice(from))
  if (found === null || /^x/.test(text.slice(from + (found[1]?.length ?? 0) + (found[2]?.length ?? 0))))
    return undefined
  const [whole, letters = '', kernel, filters, written = ''] = found
  const options = written.trim().split(/\s+/).filter(Boolean)
  const numberOf = (name: string) => {
    const option = options.find((each) => new RegExp(`^${name}\\d+$`).test(each))
    return option === undefined ? undefined : Number(option.slice(1))
  }
  const others = options.filter((each) => !/^[sp]\d+$/.test(each))
  if (others.some((each) => /^[sp]\d/.test(each))) return undefined
  const knobs: Record<string, number> = {}
  if (kernel !== undefined) knobs.kernel = Number(kernel)
  if (filters !== undefined) knobs.filters = Number(filters)
  const [stride, padding] = [numberOf('s'), numberOf('p')]
  if (stride !== undefined) knobs.stride = stride
  if (padding !== undefined) knobs.padding = padding
  return { knobs, span: [from, from + whole.trimEnd().length], letters, others }
}

/** The word with a knob turned. */
export function turned({ knobs, letters, others }: WordParts, change: Knobs): string {
  const { kernel, filters, stride, padding } = { ...knobs, ...change }
  const options = [
    ...(stride === undefined ? [] : [`s${stride}`]),
    ...(padding === undefined ? [] : [`p${padding}`]),
    ...others,
  ]
  return [`${letters}${kernel ?? ''}${filters === undefined ? '' : `-${filters}`}`, ...options].join(' ')
}
