/** What a repository's `config.json` says of its model, checked. */

import { parseJson } from '../../core/json.ts'
import { either, list, number, string } from '../../core/schema.ts'
import { printable } from '../../core/text.ts'
import { ForeignFileError } from '../errors.ts'

export type Fields = Readonly<Record<string, unknown>>

/** @throws {ForeignFileError} not a JSON object */
export function readConfig(bytes: Uint8Array, name = 'config.json'): Fields {
  let value: unknown
  try {
    value = parseJson(new TextDecoder().decode(bytes))
  } catch (cause) {
    throw new ForeignFileError(`${name} cannot be read`, {
      received: printable(new TextDecoder().decode(bytes.subarray(0, 80))),
      expected: 'a JSON object',
      advice: 'fetch the file again',
      cause,
    })
  }
  const fields = fieldsOf(value)
  if (fields !== undefined) return fields
  throw new ForeignFileError(`${name} cannot be read`, { received: 'no object', expected: 'a JSON object' })
}

export function fieldsOf(value: unknown): Fields | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Fields) : undefined
}

const numbers = list(number(), { max: 4096 })
const texts = list(either(string, number()), { max: 1 << 20 })

/** A field of one kind, or undefined where there is none. */
export class Config {
  readonly #fields: Fields

  constructor(fields: Fields) {
    this.#fields = fields
  }

  get keys(): readonly string[] {
    return Object.keys(this.#fields)
  }

  value(key: string): unknown {
    const value = Object.hasOwn(this.#fields, key) ? this.#fields[key] : undefined
    return value === null ? undefined : value
  }

  text(key: string): string | undefined {
    return this.#checked(key, (value) => typeof value === 'string', 'a text') as string | undefined
  }

  whole(key: string): number | undefined {
    const fits = (value: unknown) => Number.isSafeInteger(value) && (value as number) >= 0
    return this.#checked(key, fits, 'a whole number') as number | undefined
  }

  real(key: string): number | undefined {
    return this.#checked(key, Number.isFinite, 'a number') as number | undefined
  }

  numbers(key: string): readonly number[] | undefined {
    return this.#checked(key, (value) => numbers.fits(value), 'a list of numbers') as readonly number[] | undefined
  }

  texts(key: string): readonly string[] | undefined {
    const values = this.#checked(key, (value) => texts.fits(value), 'a list of names') as readonly unknown[] | undefined
    return values?.map(String)
  }

  object(key: string): Config | undefined {
    const value = this.#checked(key, (each) => fieldsOf(each) !== undefined, 'an object')
    return value === undefined ? undefined : new Config(value as Fields)
  }

  #checked(key: string, fits: (value: unknown) => boolean, expected: string): unknown {
    const value = this.value(key)
    if (value === undefined || fits(value)) return value
    throw new ForeignFileError(`config.json: ${key} is invalid`, {
      received: printable(JSON.stringify(value).slice(0, 80)),
      expected,
    })
  }
}
