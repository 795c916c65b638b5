/** Checks of a loss's settings: numbers that it takes, and weights of classes or labels. */

import { ArgumentError } from '../../core/errors.ts'
import { printKind } from '../../core/options.ts'

export interface ResolvedSettings {
  readonly numbers: Readonly<Record<string, number>>
  readonly weights: readonly number[] | undefined
}

/**
 * Every number with its default, and the weights.
 *
 * @param weighs name of the setting that holds weights; absent: the loss takes none
 * @throws {ArgumentError}
 */
export function resolveSettings(
  settings: { readonly kind: string } & Readonly<Record<string, unknown>>,
  defaults: Readonly<Record<string, number>>,
  weighs: string | undefined,
): ResolvedSettings {
  const { kind, ...given } = settings
  const numbers = { ...defaults }
  let weights: readonly number[] | undefined
  for (const [name, value] of Object.entries(given)) {
    if (value === undefined) continue
    if (name === weighs) weights = checkWeights(name, value)
    else if (Object.hasOwn(defaults, name)) {
      checkNumber(`${name} of the loss ${kind}`, value, Number.isFinite(value), 'a number')
      numbers[name] = value as number
    } else {
      const takes = [...Object.keys(defaults), ...(weighs === undefined ? [] : [weighs])]
      throw new ArgumentError(`the loss ${kind} has no ${name}`, {
        received: `${name}: ${JSON.stringify(value)}`,
        expected: takes.length === 0 ? 'no settings' : takes.join(', '),
      })
    }
  }
  return { numbers, weights }
}

/** Throws `ArgumentError` unless `fits`. */
export function checkNumber(what: string, value: unknown, fits: boolean, expected: string): void {
  if (fits) return
  throw new ArgumentError(`${what} is invalid`, { received: String(value), expected })
}

function checkWeights(name: string, value: unknown): readonly number[] {
  const isWeight = (weight: unknown) => typeof weight === 'number' && Number.isFinite(weight) && weight >= 0
  if (Array.isArray(value) && value.every(isWeight) && value.some((weight) => weight > 0)) return [...value]
  throw new ArgumentError(`${name} is invalid`, {
    received: Array.isArray(value) ? JSON.stringify(value).slice(0, 80) : printKind(value),
    expected: 'a number for each score, 0 or more, and at least one above 0',
  })
}
