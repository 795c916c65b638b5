// The kernel modules differ little from each other, so all but one are embedded as patches: pieces to copy from another
// module, and bytes of their own between them. src/backends/wasm/modules.ts applies them.

/** Pieces shorter than this cost as much to name as to repeat. */
const leastPiece = 12

/**
 * What makes `wanted` of `base`: the length of `wanted`, then, until that is reached, the start of a piece of `base`
 * (counted from the end of the piece before, doubled, odd where negative), its length, the number of own bytes, and those.
 * Numbers are unsigned LEB128.
 */
export function patchOf(base: Uint8Array, wanted: Uint8Array): Uint8Array {
  const places = placesOf(base)
  const patch: number[] = []
  const number = (value: number) => {
    let rest = value
    for (; rest > 127; rest = Math.floor(rest / 128)) patch.push((rest % 128) + 128)
    patch.push(rest)
  }
  number(wanted.length)
  let end = 0
  for (let at = 0; at < wanted.length; ) {
    const start = pieceAt(base, places, wanted, at, end) ?? end
    const length = common(base, start, wanted, at)
    at += length
    let next = at
    while (next < wanted.length && pieceAt(base, places, wanted, next, start + length + next - at) === undefined) next++
    number(start >= end ? 2 * (start - end) : 2 * (end - start) - 1)
    number(length)
    number(next - at)
    patch.push(...wanted.subarray(at, next))
    end = start + length
    at = next
  }
  return Uint8Array.from(patch)
}

/** Where each run of `leastPiece` bytes first occurs. */
function placesOf(base: Uint8Array): ReadonlyMap<string, number> {
  const places = new Map<string, number>()
  for (let at = base.length - leastPiece; at >= 0; at--) places.set(keyAt(base, at), at)
  return places
}

function keyAt(bytes: Uint8Array, at: number): string {
  return String.fromCharCode(...bytes.subarray(at, at + leastPiece))
}

/** Start of a piece of `base` worth copying to `at`: preferably at `expected`, where the base would go on. */
function pieceAt(
  base: Uint8Array,
  places: ReadonlyMap<string, number>,
  wanted: Uint8Array,
  at: number,
  expected: number,
): number | undefined {
  if (common(base, expected, wanted, at) >= leastPiece) return expected
  return at + leastPiece > wanted.length ? undefined : places.get(keyAt(wanted, at))
}

function common(a: Uint8Array, fromA: number, b: Uint8Array, fromB: number): number {
  let length = 0
  while (fromA + length < a.length && fromB + length < b.length && a[fromA + length] === b[fromB + length]) length++
  return length
}
