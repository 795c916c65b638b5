/** The loss over the training, drawn with letters. */

import asciichart from 'asciichart'
import type { MetricsRecord } from '../train/metrics.ts'

const height = 9
const margin = 12

/** Logarithmic, so that late progress shows, too. Empty where there is too little to draw. */
export function lossCurve(records: readonly MetricsRecord[], width: number): string {
  const losses = records.filter((record) => record.kind === 'step').map(({ loss }) => loss)
  const positive = losses.filter((loss) => loss > 0)
  if (positive.length < 3) return ''
  const points = resample(positive.map(Math.log10), Math.max(10, Math.min(width - margin, positive.length)))
  const format = (power: number) => (10 ** power).toPrecision(3).padStart(9)
  return asciichart.plot(points, { height, format })
}

/** Means over equal parts. */
function resample(values: readonly number[], count: number): number[] {
  return Array.from({ length: count }, (_, index) => {
    const from = Math.floor((index * values.length) / count)
    const to = Math.max(from + 1, Math.floor(((index + 1) * values.length) / count))
    const part = values.slice(from, to)
    return part.reduce((a, b) => a + b, 0) / part.length
  })
}
