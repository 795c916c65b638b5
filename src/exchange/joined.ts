/** The parts of a file as one array of bytes. */

export function joined(parts: Iterable<Uint8Array>): Uint8Array<ArrayBuffer> {
  const list = [...parts]
  const bytes = new Uint8Array(list.reduce((sum, { length }) => sum + length, 0))
  let at = 0
  for (const part of list) {
    bytes.set(part, at)
    at += part.length
  }
  return bytes
}
