/** Attributes of the product with a constant. */

export interface NumberAttributes {
  readonly factor: number
}
