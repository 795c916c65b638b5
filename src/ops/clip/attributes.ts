/** Attributes of the clipping ops. `clip.norms` has none. */

export interface ClipScaleAttributes {
  /** Greatest norm that all gradients together keep. */
  readonly maxNorm: number
}
