/** The notation for CodeMirror: tokens by the kind of layer, completion of words, and comments. */

import type { Completion, CompletionContext, CompletionResult } from '@codemirror/autocomplete'
import { HighlightStyle, LanguageSupport, StreamLanguage, syntaxHighlighting } from '@codemirror/language'
import { Tag } from '@lezer/highlight'
import type { LayerType } from 'lenslet/layers'
import { type Kind, kindOf } from '../picture/kinds.ts'
import { layerWords } from './layerWords.ts'

const tags = {
  convolution: Tag.define(),
  dense: Tag.define(),
  pooling: Tag.define(),
  normalization: Tag.define(),
  join: Tag.define(),
  activation: Tag.define(),
  edge: Tag.define(),
  size: Tag.define(),
  option: Tag.define(),
  sign: Tag.define(),
  comment: Tag.define(),
} as const

const typeOfWord = new Map<string, LayerType>(
  Object.entries(layerWords).map(([type, { word }]) => [word, type as LayerType]),
)

/** The kind of the layer whose word starts a text, the longest that fits. */
export function kindOfWord(text: string): Kind | undefined {
  const letters = /^[A-Z0-9]+/i.exec(text)?.[0]?.toUpperCase() ?? ''
  for (let length = letters.length; length > 0; length--) {
    const type = typeOfWord.get(letters.slice(0, length))
    if (type !== undefined) return kindOf(type)
  }
  return undefined
}

export const language = StreamLanguage.define<object>({
  name: 'lenslet',
  startState: () => ({}),
  token(stream) {
    if (stream.eatSpace()) return null
    if (stream.match(/^#.*/)) return 'comment'
    if (stream.match(/^->|^[[\](){}|*:,]/)) return 'sign'
    const rest = stream.string.slice(stream.pos)
    const kind = /^[A-Z]/.test(rest) ? kindOfWord(rest) : undefined
    if (kind !== undefined) {
      stream.match(/^[A-Z0-9]+(?:x\d+)?(?:-\d+)?/)
      return kind
    }
    if (stream.match(/^\d[\dx.e-]*/)) return 'size'
    if (stream.match(/^[a-z]\w*=?/i)) return 'option'
    stream.next()
    return null
  },
  tokenTable: tags,
  languageData: { commentTokens: { line: '#' } },
})

const style = HighlightStyle.define([
  ...(['convolution', 'dense', 'pooling', 'normalization', 'join', 'activation', 'edge'] as const).map((kind) => ({
    tag: tags[kind],
    color: `var(--${kind}-text)`,
    fontWeight: '600',
  })),
  { tag: tags.size, color: 'var(--ink)' },
  { tag: tags.option, color: 'var(--quiet)' },
  { tag: tags.sign, color: 'var(--quiet)' },
  { tag: tags.comment, color: 'var(--quiet)', fontStyle: 'italic' },
])

const completions: readonly Completion[] = Object.values(layerWords).map(({ word, example = '' }) => ({
  label: word,
  detail: example,
  type: 'keyword',
}))

export function complete(context: CompletionContext): CompletionResult | null {
  const before = context.matchBefore(/[A-Za-z]+/)
  if (before === null && !context.explicit) return null
  return { from: before?.from ?? context.pos, options: completions, validFor: /^[A-Za-z]*$/ }
}

export const notation = () => new LanguageSupport(language, [syntaxHighlighting(style)])
