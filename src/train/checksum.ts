/** A checksum against damage, not against malice: murmur3's mixing over 32-bit words, twice, so 64 bits. */

/** Sixteen hexadecimal digits of all the bytes. */
export function checksum(parts: readonly (Uint8Array | Float32Array)[]): string {
  let a = 0x9747b28c
  let b = 0x3c6ef372
  for (const part of parts) {
    for (const word of wordsOf(part)) {
      a = mix(a, word, 0xcc9e2d51, 0x1b873593)
      b = mix(b, word, 0x239b961b, 0xab0e9789)
    }
    a = mix(a, part.byteLength, 0xcc9e2d51, 0x1b873593)
    b = mix(b, part.byteLength, 0x239b961b, 0xab0e9789)
  }
  return hex(finish(a)) + hex(finish(b))
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

/** The bytes as words; copied where they do not lie at a multiple of four, the last word filled with zeros. */
function wordsOf({ buffer, byteOffset, byteLength }: Uint8Array | Float32Array): Int32Array {
  if (byteOffset % 4 === 0 && byteLength % 4 === 0) return new Int32Array(buffer, byteOffset, byteLength / 4)
  const padded = new Uint8Array(Math.ceil(byteLength / 4) * 4)
  padded.set(new Uint8Array(buffer, byteOffset, byteLength))
  return new Int32Array(padded.buffer)
}

const hex = (word: number) => (word >>> 0).toString(16).padStart(8, '0')
