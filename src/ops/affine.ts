/** The scale and shift that a normalization applies to each channel; either can be left out. */

/** Absent: there is one. Without them the scale is 1 and the shift 0. */
export interface Affine {
  readonly scale?: false | undefined
  readonly shift?: false | undefined
}

/** Sorts the arrays that follow the data of a step: scale and shift where there are any, then the others. */
export function affineOf<T>({ scale, shift }: Affine, arrays: readonly T[]) {
  const others = [...arrays]
  return {
    scale: scale === false ? undefined : others.shift(),
    shift: shift === false ? undefined : others.shift(),
    others,
  }
}

/** How many arrays of a value a channel there are. */
export function affineCount({ scale, shift }: Affine): number {
  return (scale === false ? 0 : 1) + (shift === false ? 0 : 1)
}

/** The two fields without what else is in `attributes`. */
export function affineIn({ scale, shift }: Affine): Affine {
  return { ...(scale === false && { scale }), ...(shift === false && { shift }) }
}

/** For a plan's print: `no scale`. */
export function describeAffine({ scale, shift }: Affine): readonly string[] {
  return [...(scale === false ? ['no scale'] : []), ...(shift === false ? ['no shift'] : [])]
}
