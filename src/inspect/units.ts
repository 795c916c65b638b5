/** Numbers as people read them. Always with the same digits on every machine: nothing here asks for the locale. */

const binary = ['bytes', 'KiB', 'MiB', 'GiB', 'TiB'] as const

/** `58.1 MiB`; three digits at most, and whole bytes below a KiB. */
export function printBytes(bytes: number): string {
  let unit = 0
  let value = bytes
  while (value >= 1024 && unit < binary.length - 1) {
    value /= 1024
    unit++
  }
  return unit === 0 ? `${value} bytes` : `${threeDigits(value)} ${binary[unit]}`
}

/** `15,237,608`, of a whole number. (`toLocaleString` takes 14 ms for its first one.) */
export function printCount(count: number): string {
  return String(count).replace(/\B(?=(\d{3})+$)/g, ',')
}

const decimal = ['', 'K', 'M', 'G', 'T'] as const

/** `15.5G`, in powers of 1000: how the notes write numbers of parameters and MACs. */
export function printShort(count: number): string {
  let unit = 0
  let value = count
  while (value >= 1000 && unit < decimal.length - 1) {
    value /= 1000
    unit++
  }
  return unit === 0 ? `${value}` : `${threeDigits(value)}${decimal[unit]}`
}

/** `0.4 s`, `42 s`, `3 min 05 s`, `2 h 07 min` */
export function printSeconds(seconds: number): string {
  if (seconds < 9.95) return `${seconds.toFixed(1)} s`
  const whole = Math.round(seconds)
  if (whole < 100) return `${whole} s`
  const minutes = Math.floor(whole / 60)
  if (minutes < 60) return `${minutes} min ${two(whole % 60)} s`
  return `${Math.floor(minutes / 60)} h ${two(minutes % 60)} min`
}

/** `99.12 %`; `–` for a share of nothing. */
export function printPercent(part: number | null): string {
  return part === null || Number.isNaN(part) ? '–' : `${(100 * part).toFixed(2)} %`
}

/** Three digits, as errors have no more: `0.0123`, `4.56`, `1,234`. */
export function printError(error: number): string {
  if (!Number.isFinite(error)) return '–'
  const rounded = Number(error.toPrecision(3))
  return Math.abs(rounded) >= 1000 ? printCount(Math.round(error)) : `${rounded}`
}

function two(value: number): string {
  return `${value}`.padStart(2, '0')
}

function threeDigits(value: number): string {
  return value.toFixed(value < 9.995 ? 2 : value < 99.95 ? 1 : 0)
}
