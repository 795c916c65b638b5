/** "Did you mean CONV?": the candidate that is closest to a mistyped word. */

/** Undefined where nothing is close. The first of equally close candidates wins. */
export function closest(word: string, candidates: Iterable<string>): string | undefined {
  let best: { candidate: string; distance: number } | undefined
  for (const candidate of candidates) {
    const distance = likeness(word, candidate)
    const tolerance = Math.max(1, Math.floor(Math.max(word.length, candidate.length) / 3))
    if (distance <= tolerance && distance < (best?.distance ?? Number.POSITIVE_INFINITY)) best = { candidate, distance }
  }
  return best?.candidate
}

/** Edits from one to the other; a word that holds the candidate whole (MAXPOOL, CONV2D) is as close as one edit. */
function likeness(word: string, candidate: string): number {
  const held = candidate.length >= 3 && (word.startsWith(candidate) || word.endsWith(candidate))
  return held ? Math.min(1, edits(word, candidate)) : edits(word, candidate)
}

/** Levenshtein distance in which two neighbors that change places count once (optimal string alignment). */
export function edits(a: string, b: string): number {
  let beforeLast: number[] = []
  let last = Array.from({ length: b.length + 1 }, (_, column) => column)
  for (let i = 1; i <= a.length; i++) {
    const row = [i]
    for (let j = 1; j <= b.length; j++) {
      const changed = a[i - 1] === b[j - 1] ? 0 : 1
      const swapped = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]
      row[j] = Math.min(
        (last[j] as number) + 1,
        (row[j - 1] as number) + 1,
        (last[j - 1] as number) + changed,
        swapped ? (beforeLast[j - 2] as number) + 1 : Number.POSITIVE_INFINITY,
      )
    }
    beforeLast = last
    last = row
  }
  return last[b.length] as number
}
