/** Bytes as base64, part by part. */

/** A multiple of three, so that only the last piece of a text is padded. */
const most = 3 * 2 ** 13

/** One base64 text in pieces, whatever the lengths of the parts. */
export function* base64(parts: Iterable<Uint8Array>): Generator<string> {
  let open = new Uint8Array(most)
  let length = 0
  for (const part of parts) {
    for (let at = 0; at < part.length; ) {
      const piece = part.subarray(at, at + most - length)
      open.set(piece, length)
      length += piece.length
      at += piece.length
      if (length < most) continue
      yield encode(open)
      open = new Uint8Array(most)
      length = 0
    }
  }
  if (length > 0) yield encode(open.subarray(0, length))
}

function encode(bytes: Uint8Array): string {
  return btoa(String.fromCharCode(...bytes))
}
