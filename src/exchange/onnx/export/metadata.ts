/** Keys under which an exported model keeps what the graph cannot say. */

export const metadataKeys = {
  /** The network as JSON: what trainings need (losses, rates, auxiliary heads), and its layers. */
  network: 'lenslet.network',
  /** Class names, normalization, origin: `ModelInfo` as JSON. */
  info: 'lenslet.info',
} as const
