/** What the references of the loss ops share. */

/** What each loss is multiplied by so that the plain mean over the batch is the weighted one: n / Σ weights[label]. */
export function weightedMean(labels: ArrayLike<number>, weights: ArrayLike<number> | undefined): number {
  if (weights === undefined) return 1
  let sum = 0
  for (let n = 0; n < labels.length; n++) sum += weights[labels[n] as number] ?? Number.NaN
  return sum === 0 ? 0 : labels.length / sum
}

/** 1 if the greatest score, the first of equals, is the label's, and no score is NaN; else 0. */
export function isHit(scores: Float64Array, label: number): 0 | 1 {
  if (scores.some(Number.isNaN)) return 0
  const best = scores.indexOf(scores.reduce((most, x) => Math.max(most, x), Number.NEGATIVE_INFINITY))
  return best === label ? 1 : 0
}
