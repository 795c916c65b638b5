/** One line a row on stderr, from its third second on: how far it is, what failed, and how long it will take. */

export interface RowProgress {
  show(tried: number, failed: number): void
  end(): void
}

/** @param until `Date.now()` at which the row ends in any case */
export function showProgress(name: string, unit: string, count: number, until: number): RowProgress {
  const began = Date.now()
  const isTerminal = process.stderr.isTTY === true
  let shown = began - (isTerminal ? 0 : 8000)
  return {
    show(tried, failed) {
      const now = Date.now()
      if (now - began < 2000 || now - shown < (isTerminal ? 500 : 10_000)) return
      shown = now
      const byCount = tried > 0 ? ((now - began) / tried) * (count - tried) : Number.POSITIVE_INFINITY
      const left = Math.max(0, Math.ceil(Math.min(byCount, until - now) / 1000))
      const rest = Number.isFinite(left) ? `, ${left} s left` : ''
      const line = `${name}: ${tried.toLocaleString('en')} ${unit}, ${failed} failed${rest}`
      process.stderr.write(isTerminal ? `\r\u001b[K${line}` : `${line}\n`)
    },
    end() {
      if (isTerminal) process.stderr.write('\r\u001b[K')
    },
  }
}
