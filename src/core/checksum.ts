/** A checksum against damage, not against malice: murmur3's mixing over 32-bit words, twice, so 64 bits. */

/** Sixteen hexadecimal digits of all the bytes. */
export function checksum(parts: readonly (Uint8Array | Float32Array)[]): string {
  const [a, b] = sumOf(...parts)
  return hex(a) + hex(b)
}

/** The same as two whole numbers from 0 to 2³² − 1. */
export function sumOf(...parts: readonly (Uint8Array | Float32Array)[]): readonly [number, number] {
  const sums = { a: 0x9747b28c, b: 0x3c6ef372 }
  for (const part of parts) {
    for (const words of wordsOf(part)) addWords(sums, words)
    sums.a = mix(sums.a, part.byteLength, 0xcc9e2d51, 0x1b873593)
    sums.b = mix(sums.b, part.byteLength, 0x239b961b, 0xab0e9789)
  }
  return [finish(sums.a) >>> 0, finish(sums.b) >>> 0]
}

/** About 1 GB a second (measured on one core), so that all bytes of a data set can be summed. */
function addWords(sums: { a: number; b: number }, words: Int32Array): void {
  let { a, b } = sums
  for (let i = 0; i < words.length; i++) {
    const word = words[i] as number
    a = mix(a, word, 0xcc9e2d51, 0x1b873593)
    b = mix(b, word, 0x239b961b, 0xab0e9789)
  }
  sums.a = a
  sums.b = b
}

function mix(hash: number, word: number, first: number, second: number): number {
  const k = Math.imul(word, first)
  const h = hash ^ Math.imul((k << 15) | (k >>> 17), second)
  return (Math.imul((h << 13) | (h >>> 19), 5) + 0xe6546b64) | 0
}

function finish(hash: number): number {
  let h = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b)
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35)
  return h ^ (h >>> 16)
}

const portionBytes = 2 ** 20

/** The bytes as words, the last one filled with zeros. Copied, a portion at a time, where they do not lie at a multiple of four. */
function* wordsOf({ buffer, byteOffset, byteLength }: Uint8Array | Float32Array): Generator<Int32Array> {
  const whole = Math.floor(byteLength / 4) * 4
  if (byteOffset % 4 === 0) yield new Int32Array(buffer, byteOffset, whole / 4)
  else
    for (let from = 0; from < whole; from += portionBytes) {
      const bytes = new Uint8Array(buffer, byteOffset + from, Math.min(portionBytes, whole - from))
      yield new Int32Array(bytes.slice().buffer)
    }
  if (whole === byteLength) return
  const rest = new Uint8Array(4)
  rest.set(new Uint8Array(buffer, byteOffset + whole, byteLength - whole))
  yield new Int32Array(rest.buffer)
}

const hex = (word: number) => word.toString(16).padStart(8, '0')
