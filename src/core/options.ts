/** Options of public functions: unknown names are refused, so that none is ignored silently. */

import { ArgumentError } from './errors.ts'
import { closest } from './suggest.ts'

/** Every option of `T`: the compiler holds the list complete. */
export type OptionNames<T> = { readonly [K in keyof T]-?: true }

/**
 * Checks the names of options, not their values.
 *
 * @param of whose options, for the message: `train`
 * @param meant names from elsewhere → what they are called here: `{ batchSize: 'batch' }`
 * @throws {ArgumentError} not an object, or a name that is not known
 */
export function checkOptions<T extends object>(
  of: string,
  given: unknown,
  known: OptionNames<T>,
  meant: Readonly<Record<string, string>> = {},
): void {
  const names = Object.keys(known)
  if (typeof given !== 'object' || given === null || Array.isArray(given)) {
    throw new ArgumentError(`the options of ${of} must be an object`, {
      received: printKind(given),
      expected: names.length === 0 ? 'an object' : `an object with some of ${names.join(', ')}`,
    })
  }
  for (const [name, value] of Object.entries(given)) {
    if (value === undefined || Object.hasOwn(known, name)) continue
    const near = Object.hasOwn(meant, name) ? meant[name] : closest(name, names)
    throw new ArgumentError(`${of} has no option ${name}`, {
      received: name,
      expected: names.join(', '),
      ...(near === undefined ? {} : { advice: near }),
    })
  }
}

/** What a value is, in words for an error: `a list of 4 values`, `null`, `the string "INPUT …"`. */
export function printKind(value: unknown): string {
  if (typeof value === 'string')
    return `the string ${JSON.stringify(value.length > 60 ? `${value.slice(0, 60)}…` : value)}`
  if (typeof value === 'function') return `the function ${value.name || 'without a name'}`
  if (typeof value !== 'object' || value === null) return String(value)
  if (Array.isArray(value)) return `a list of ${value.length} values`
  const name = value.constructor?.name || 'Object'
  if (ArrayBuffer.isView(value) && 'length' in value) return `a ${name} of ${value.length} values`
  if (name !== 'Object') return `${/^[AEIOU]/.test(name) ? 'an' : 'a'} ${name}`
  const keys = Object.keys(value)
  return keys.length === 0 ? 'an empty object' : `an object with ${keys.slice(0, 8).join(', ')}`
}
