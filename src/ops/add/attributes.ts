/** Attributes of the addition. */

export interface AddAttributes {
  /** Applied at the store. */
  readonly activation: 'none' | 'relu'
}
