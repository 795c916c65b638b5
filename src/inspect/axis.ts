/** Axes: from a range of values to places and round tick values, linear or logarithmic. */

export interface Axis {
  readonly min: number
  readonly max: number
  readonly ticks: readonly number[]
  /** 0 at `min`, 1 at `max`; values beyond the ends stay at the ends. */
  place(value: number): number
}

const clamp = (share: number) => Math.min(1, Math.max(0, share))

/** Some `count` ticks at multiples of 1, 2 or 5 times a power of ten; the ends are the data's own. */
export function linearAxis(min: number, max: number, count = 5): Axis {
  // A range within the rounding of its numbers is none.
  const room = 1e-9 * Math.max(Math.abs(min), Math.abs(max))
  const [low, high] = max - min > room ? [min, max] : [min - 0.5 - room, min + 0.5 + room]
  const rough = (high - low) / count
  const power = 10 ** Math.floor(Math.log10(rough))
  const step = ([1, 2, 5, 10].find((factor) => factor * power >= 0.7 * rough) as number) * power
  const first = Math.ceil(low / step - 1e-9)
  const steps = Math.min(2 * count, Math.floor(high / step + 1e-9) - first)
  const ticks = Array.from({ length: steps + 1 }, (_, index) => Number(((first + index) * step).toPrecision(12)))
  return { min: low, max: high, ticks, place: (value) => clamp((value - low) / (high - low)) }
}

/** Ticks at 1, 2, 5 · 10ⁿ, at whole powers where those are many, evenly where they are few. Needs positive values. */
export function logAxis(min: number, max: number): Axis {
  const [low, high] = max > min * (1 + 1e-9) ? [min, max] : [min / 2, min * 2]
  const decades = Math.log10(high / low)
  const factors = decades > 3 ? [1] : [1, 2, 5]
  const ticks: number[] = []
  for (let power = Math.floor(Math.log10(low)); power <= Math.ceil(Math.log10(high)); power++) {
    for (const factor of factors) {
      const tick = Number((factor * 10 ** power).toPrecision(12))
      if (tick >= low * 0.999 && tick <= high * 1.001) ticks.push(tick)
    }
  }
  // Less than a decade may hold none of them.
  const enough = ticks.length >= 3 ? ticks : linearAxis(low, high).ticks
  return { min: low, max: high, ticks: enough, place: (value) => clamp(Math.log(value / low) / Math.log(high / low)) }
}
