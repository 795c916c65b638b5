/**
 * Successive halving (Jamieson and Talwalkar 2016; Li et al. 2018, "Hyperband"): many trials get a few epochs, the best of them more,
 * and few get a whole training. Each rung costs about as much as the others.
 */

export interface Rung {
  /** Trained by the end of this rung, over all rungs. */
  readonly epochs: number
  readonly trials: number
}

/**
 * @param epochs of a whole training
 * @param keep one in so many trials goes on to the next rung
 * @param first epochs of the first rung; default: as few as the number of trials allows
 */
export function rungsOf(trials: number, epochs: number, keep: number, first?: number): readonly Rung[] {
  const least = first === undefined ? 1 : Math.min(first, epochs)
  let rungs = 0
  while (keep ** (rungs + 1) * least <= epochs * (1 + 1e-9) && keep ** (rungs + 1) <= trials) rungs++
  return Array.from({ length: rungs + 1 }, (_, rung) => ({
    // The last rung is a whole training.
    epochs:
      rung === 0 && first !== undefined && rungs > 0 ? least : Math.max(1, Math.round(epochs / keep ** (rungs - rung))),
    trials: Math.max(1, Math.floor(trials / keep ** rung)),
  }))
}

/** What a trial has reached. */
export interface Reached {
  /** Position in the list of trials, from 0. */
  readonly trial: number
  /** Lower is better; Infinity where it diverged. */
  readonly score: number
}

/** The trials of the next rung, best first; of equals the first. Those that diverged are never among them. */
export function survivors(reached: readonly Reached[], count: number): readonly number[] {
  return reached
    .filter(({ score }) => Number.isFinite(score))
    .toSorted((a, b) => a.score - b.score || a.trial - b.trial)
    .slice(0, count)
    .map(({ trial }) => trial)
}

/** Epochs that all rungs train together. */
export function epochsOf(rungs: readonly Rung[]): number {
  return rungs.reduce((sum, { epochs, trials }, rung) => sum + trials * (epochs - (rungs[rung - 1]?.epochs ?? 0)), 0)
}
