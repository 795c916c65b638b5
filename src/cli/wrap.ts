/** Paragraphs broken at spaces, for terminals of any width. */

import { stripVTControlCharacters } from 'node:util'

/** Columns that a text takes; styles take none. */
const lengthOf = (text: string) => stripVTControlCharacters(text).length

/** Each line of the text in at most `width` columns; its continuations begin with `indent`. A longer word stays whole. */
export function wrap(text: string, width: number, indent = ''): string {
  return text
    .split('\n')
    .map((line) => wrapLine(line, width, indent))
    .join('\n')
}

function wrapLine(line: string, width: number, indent: string): string {
  if (lengthOf(line) <= width) return line
  const [, first = '', rest = ''] = /^(\s*)(.*)$/.exec(line) ?? []
  const lines: string[] = []
  let current = first
  let empty = true
  for (const word of rest.split(' ')) {
    if (!empty && lengthOf(current) + 1 + lengthOf(word) > width) {
      lines.push(current)
      current = indent
      empty = true
    }
    current += empty ? word : ` ${word}`
    empty = false
  }
  return [...lines, current].join('\n')
}
