/** Numbers of weights and activations as people read them. */

/** Three digits unless others are asked for: `0.0312`, `−1.25`, `12.5`, `1.2e−5`. */
export function short(value: number, digits = 3): string {
  if (Number.isNaN(value)) return 'NaN'
  if (!Number.isFinite(value)) return value < 0 ? '−∞' : '∞'
  const size = Math.abs(value)
  if (size === 0) return '0'
  const text =
    size < 0.001 || size >= 99_999.5
      ? size.toExponential(1)
      : size >= (digits === 3 ? 99.95 : 9.95)
        ? size.toFixed(0)
        : size.toPrecision(digits)
  return `${value < 0 ? '−' : ''}${trimmed(text).replace('e-', 'e−').replace('e+', 'e')}`
}

const trimmed = (text: string) => (text.includes('e') || !text.includes('.') ? text : text.replace(/\.?0+$/, ''))

/** As few characters as tell cells apart: `3`, `.25`, `−1.5`, `12`, `1e−4`. */
export function cell(value: number): string {
  if (!Number.isFinite(value)) return short(value)
  if (Number.isInteger(value) && Math.abs(value) < 1000) return `${value + 0}`.replace('-', '−')
  const size = Math.abs(value)
  const sign = value < 0 ? '−' : ''
  if (size < 0.005) return size < 0.0005 ? '0' : `${sign}.00${Math.round(size * 1000)}`
  if (size < 0.995) return `${sign}${size.toFixed(2).slice(1)}`
  if (size < 9.95) return `${sign}${size.toFixed(1)}`
  return size < 9999.5 ? `${sign}${size.toFixed(0)}` : `${sign}${size.toExponential(0).replace('e+', 'e')}`
}

/** `62 %`, `0.4 %`, `0`, `100 %` only where it is all. */
export function percent(share: number): string {
  if (share === 0 || Number.isNaN(share)) return Number.isNaN(share) ? '–' : '0 %'
  if (share < 0.0005) return '<0.1 %'
  const value = 100 * share
  if (share < 1 && value > 99.9) return '>99.9 %'
  return `${value < 9.95 ? trimmed(value.toFixed(1)) : value < 99 ? value.toFixed(0) : trimmed(value.toFixed(1))} %`
}
