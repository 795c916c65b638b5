/**
 * Weights before training. Each weight draws from a stream of its own (seed, its name), so that a layer added elsewhere
 * does not change it.
 */

import { ArgumentError } from '../core/errors.ts'
import { Random } from '../core/random.ts'
import type { Initial, ParameterSpec } from '../layers/types.ts'

/** A rule for all filters, instead of what each layer says (He's). Biases and norms keep their constants. */
export type Initializer = 'he' | 'xavier' | 'zeros' | { readonly constant: number }

/** Fills a weight with its initial values: the same for the same seed, name and rule. */
export function fillInitial(into: Float32Array, spec: ParameterSpec, name: string, seed: number, rule?: Initializer) {
  const initial = override(spec.initial, rule)
  if (initial.kind === 'constant') {
    into.fill(initial.value)
    return
  }
  const random = Random.seeded(seed, 'weights', name)
  if (initial.kind === 'he') {
    const deviation = Math.sqrt(2 / initial.fanIn)
    for (let i = 0; i < into.length; i++) into[i] = random.normal() * deviation
    return
  }
  const limit = Math.sqrt(6 / (initial.fanIn + initial.fanOut))
  for (let i = 0; i < into.length; i++) into[i] = (2 * random.next() - 1) * limit
}

function override(initial: Initial, rule: Initializer | undefined): Initial {
  if (rule === undefined || initial.kind === 'constant') return initial
  if (typeof rule === 'object') return { kind: 'constant', value: rule.constant }
  return rule === 'zeros' ? { kind: 'constant', value: 0 } : { ...initial, kind: rule }
}

/** Throws `ArgumentError` for a rule that there is not. */
export function checkInitializer(rule: Initializer | undefined): void {
  if (rule === undefined || ['he', 'xavier', 'zeros'].includes(rule as string)) return
  if (typeof rule === 'object' && rule !== null && Number.isFinite(rule.constant)) return
  throw new ArgumentError('no such initializer', {
    received: JSON.stringify(rule),
    expected: 'he, xavier, zeros or { constant: number }',
  })
}
