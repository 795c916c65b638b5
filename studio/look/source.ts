/** Which layer to show where the selected one has nothing to show: the nearest before it that has. */

import type { LayerFacts } from '../design/messages.ts'

/** Weights that are filters: [F, F, C, K]. */
export const hasFilters = ({ weights }: LayerFacts) => weights.some(({ shape }) => shape.length === 4)

export function nearest(
  layers: readonly LayerFacts[],
  selected: string | undefined,
  fits: (layer: LayerFacts) => boolean,
): LayerFacts | undefined {
  const byName = new Map(layers.map((layer) => [layer.name, layer]))
  let at = selected === undefined ? undefined : byName.get(selected)
  while (at !== undefined && !fits(at)) at = byName.get(at.sources[0] ?? '')
  return at ?? layers.find(fits)
}
