/** The normal distribution in float64, for GELU's meaning. */

/** φ(x) */
export function normalDensity(x: number): number {
  return Math.exp((-x * x) / 2) / Math.sqrt(2 * Math.PI)
}

/**
 * Φ(x) = ½ + φ(x)·(x + x³/3 + x⁵/(3·5) + …) (Marsaglia, Evaluating the Normal Distribution, 2004): all terms have one
 * sign, so nothing cancels. Beyond 38 the tails are below the smallest double.
 */
export function normalBelow(x: number): number {
  if (x < -38) return 0
  if (x < -3) return normalTail(-x)
  if (x > 3) return 1 - normalBelow(-x)
  let term = x
  let sum = x
  for (let n = 3; Math.abs(term) > 1e-17 * Math.abs(sum); n += 2) {
    term *= (x * x) / n
    sum += term
  }
  return 0.5 + sum * normalDensity(x)
}

/** 1 − Φ(x) for x ≥ 3, where ½ + sum would cancel: Laplace's continued fraction, from its far end. */
function normalTail(x: number): number {
  let fraction = 0
  for (let n = 200; n >= 1; n--) fraction = n / (x + fraction)
  return normalDensity(x) / (x + fraction)
}
