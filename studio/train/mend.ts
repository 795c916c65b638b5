/** What an offer of the engine changes: the text of the network, or a setting. */

import type { LayerFacts } from '../design/messages.ts'
import type { Offer } from '../engine/fault.ts'

/** The text with the offer in it; undefined where the offer is about a setting. */
export function mendedText(text: string, layers: readonly LayerFacts[], offer: Offer): string | undefined {
  if (offer.kind === 'input') return withInput(text, layers, offer)
  if (offer.kind === 'output') return withOutput(text, layers, offer.classes)
  return undefined
}

function withInput(
  text: string,
  layers: readonly LayerFacts[],
  { height, width, channels }: { height: number; width: number; channels: number },
): string {
  const input = layers.find(({ sources }) => sources.length === 0)
  if (input === undefined) return text
  const [from] = input.span
  return text.slice(0, from) + text.slice(from).replace(/^INPUT\s+\d+(x\d+)*/i, `INPUT ${height}x${width}x${channels}`)
}

/** The last layer with scores gets as many as there are classes; where there is none, one is added. */
function withOutput(text: string, layers: readonly LayerFacts[], classes: number): string {
  const scoring = layers.findLast(({ word, parameters }) => parameters > 0 && /-\d+/.test(word))
  const last = layers.at(-1)
  if (last === undefined) return text
  const makes = ({ output }: LayerFacts) => output.height * output.width * output.channels
  // Where the scores pass through what keeps their number (SOFTMAX, DROPOUT), its number is the one to change.
  if (scoring !== undefined && makes(scoring) === makes(last) && scoring.output.height * scoring.output.width === 1)
    return text.slice(0, scoring.span[0]) + text.slice(scoring.span[0]).replace(/-\d+/, `-${classes}`)
  const [from] = last.span
  if (last.type === 'softmax') return `${text.slice(0, from)}FC-${classes} -> ${text.slice(from)}`
  const written = text.trimEnd()
  const isInComment = written.slice(written.lastIndexOf('\n') + 1).includes('#')
  return `${written}${isInComment ? '\n' : ' '}-> FC-${classes}`
}
