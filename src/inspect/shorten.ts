/** Names that are too long for their place. */

/** At most `most` characters, the last of them `…` where some are left out. Never half of a surrogate pair. */
export function shorten(text: string, most: number): string {
  const characters = [...text]
  return characters.length <= most ? text : `${characters.slice(0, Math.max(0, most - 1)).join('')}…`
}
