/** Learning rates by group: which factor of the learning rate each weight learns at. */

import { ArgumentError } from '../core/errors.ts'
import { headsIn } from '../network/fitHead.ts'
import type { SizedNode } from '../network/volumes.ts'
import { matching, noSuchLayer } from './nodes.ts'

/** Weights that learn faster or more slowly than the others. */
export interface RateRule {
  /**
   * A layer (`conv1`), a weight (`conv1.filters`), a pattern of one (`stage1/*`, `*.bias`), or `head`, the layers that give
   * the scores, unless a layer has this name.
   */
  readonly weights: string
  /** Multiplies the learning rate; above 0. What does not learn at all is frozen. */
  readonly factor: number
}

/** Throws `ArgumentError`. */
function checkRates(rates: readonly RateRule[]): void {
  const expected = "a list such as [{ weights: 'head', factor: 1 }, { weights: '*', factor: 0.1 }]"
  const isRule = (rule: RateRule | null | undefined) => {
    return typeof rule?.weights === 'string' && Number.isFinite(rule.factor) && rule.factor > 0
  }
  if (Array.isArray(rates) && rates.every(isRule)) return
  throw new ArgumentError('the rates are invalid: each is of some weights, by a factor above 0', {
    received: JSON.stringify(rates),
    expected,
    advice: 'frozen, for layers that do not learn',
  })
}

/**
 * The factor of each weight, by its full name: of the first rule that names it, or its layer; else 1.
 * Throws `ArgumentError` where a rule names no weight of the network.
 */
export function rateFactors(nodes: readonly SizedNode[], rates: readonly RateRule[]): ReadonlyMap<string, number> {
  checkRates(rates)
  const factors = new Map<string, number>()
  if (rates.length === 0) return factors
  const weights = nodes.flatMap(({ node, parameters }) => {
    return parameters
      .filter(({ role }) => role === 'learned')
      .map((spec) => ({ node: node.name, name: `${node.name}.${spec.name}` }))
  })
  const layers = new Set(weights.map(({ node }) => node))
  const heads = new Set(headsIn(nodes))
  for (const { weights: pattern, factor } of rates) {
    const matches = pattern === 'head' && !layers.has('head') ? (name: string) => heads.has(name) : matching(pattern)
    const found = weights.filter(({ node, name }) => matches(node) || matches(name))
    if (found.length === 0) throw noSuchLayer('rates: no layer with weights', pattern, ['head', ...layers])
    for (const { name } of found) if (!factors.has(name)) factors.set(name, factor)
  }
  return factors
}
