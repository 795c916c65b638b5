/** Numbers in cells: as few characters as tell them apart. */

/** `3`, `−0.25`, `12.5`, `1e−4`; NaN and infinities by their names. */
export function printCell(value: number): string {
  return cellText(value).replaceAll('-', '−')
}

function cellText(value: number): string {
  if (Number.isNaN(value)) return 'NaN'
  if (!Number.isFinite(value)) return value < 0 ? '-∞' : '∞'
  if (Number.isInteger(value) && Math.abs(value) < 10_000) return `${value + 0}`
  const size = Math.abs(value)
  if (size >= 9_999.5 || size < 0.0095) return value.toExponential(0).replace('e+', 'e')
  if (size >= 99.5) return value.toFixed(0)
  if (size >= 9.95) return value.toFixed(1)
  return trimmed(value.toFixed(2))
}

function trimmed(text: string): string {
  return text.replace(/(\.\d*?)0+$/, '$1').replace(/\.$/, '')
}
