/**
 * Names that come from outside (files, folders, classes), as they may be shown and compared. A name can hold an escape
 * sequence that recolors a terminal, or a mark that reverses a line; shown as text, it does neither.
 */

/** C0 and C1 controls, DEL, line and paragraph separators, marks of direction (Unicode TR 36), unpaired surrogates. */
const unprintable =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what it finds
  /[\u0000-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]|[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g

/** The name with every control character as its escape: `\u001b[31mcat`. Other names stay what they are. */
export function printable(name: string): string {
  return name.replace(unprintable, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`)
}

/** `1 picture`, `1,204 pictures`, `2 classes`: a number and its noun. The plural is the noun with an s, unless given. */
export function counted(count: number, noun: string, plural = `${noun}s`): string {
  return `${String(count).replace(/\B(?=(\d{3})+$)/g, ',')} ${count === 1 ? noun : plural}`
}

/** Names in one line, at most `most`, then how many more; each as `printable` shows it. */
export function listed(names: readonly string[], most = 5): string {
  const more = names.length - most
  return [...names.slice(0, most).map(printable), ...(more > 0 ? [`${more} more`] : [])].join(', ')
}

/**
 * The form in which names are compared: Unicode NFC. macOS writes é as e and an accent (NFD), most other systems as one
 * character; both are one name.
 */
export function sameForm(name: string): string {
  return name.normalize('NFC')
}
