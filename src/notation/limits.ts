/** Limits of a text. Real networks are far below them; a text beyond them is a mistake or an attack. */

export const limits = {
  /** UTF-16 units of the whole text. */
  text: 1_000_000,
  /** UTF-16 units between spaces, arrows and brackets. */
  chunk: 256,
  /** Brackets and parentheses inside each other. */
  depth: 64,
  /** Layers and branches with all repeats written out. */
  layers: 10_000,
  /** Any number. */
  number: 2 ** 31,
} as const
