/** Text and JSON that cannot control a terminal, whatever the names in them hold. */

import { printable } from '../core/text.ts'

/** The sequences of `Terminal.bold` and `Terminal.dim`. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: an escape sequence begins with one
const style = /(\u001b\[(?:1|2|22)m)/

/** Every line with its control characters shown as escapes. `styled` keeps the sequences for bold and dim. */
export function printableLines(text: string, styled: boolean): string {
  const clean = (part: string) => part.split('\n').map(printable).join('\n')
  if (!styled) return clean(text)
  // A split by a group gives texts and sequences in turn.
  return text
    .split(style)
    .map((part, index) => (index % 2 === 1 ? part : clean(part)))
    .join('')
}

/** JSON.stringify escapes the controls below space; those above (0x9b begins a sequence, too) are escaped here. */
export function printableJson(value: unknown): string {
  return printable(JSON.stringify(value))
}
