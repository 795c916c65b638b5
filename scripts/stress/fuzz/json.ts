/** Mutations of JSON at any place of the document: other types, edges of numbers, names that objects have, depth. */

import type { Random } from '../../../src/core/random.ts'
import { faults } from './bytes.ts'
import { pick } from './format.ts'

/** In the text they stand as JSON that no value of JavaScript prints as. */
const raw: Readonly<Record<string, string>> = {
  '@@deep arrays@@': `${'['.repeat(20_000)}${']'.repeat(20_000)}`,
  '@@deep objects@@': `${'{"a":'.repeat(8000)}1${'}'.repeat(8000)}`,
  '@@1e400@@': '1e400',
  '@@-0@@': '-0',
  '@@digits@@': '9'.repeat(400),
  '@@surrogate@@': '"\\ud800"',
  '@@escape@@': '"\\u001b[31mred\\u0007\\n"',
  '@@twice@@': '{"name":1,"name":2}',
  '@@proto@@': '{"__proto__":{"type":"input"}}',
}

const values: readonly unknown[] = [
  ...Object.keys(raw),
  null,
  true,
  false,
  '',
  'x',
  '__proto__',
  'constructor',
  'toString',
  'x'.repeat(5000),
  '../../etc/passwd',
  [],
  {},
  [[]],
  [null],
  { length: 3 },
  0,
  1,
  -1,
  0.5,
  2,
  3,
  7,
  64,
  65,
  1e3,
  65_536,
  1e6,
  2 ** 31,
  2 ** 32,
  2 ** 53,
  1e300,
  5e-324,
]

interface Place {
  readonly holder: unknown[] | Record<string, unknown>
  readonly key: string | number
}

/** Every place of the document, its top left out. */
function placesIn(value: unknown, found: Place[] = []): Place[] {
  if (value === null || typeof value !== 'object') return found
  const holder = value as Record<string, unknown>
  for (const key of Object.keys(holder)) {
    found.push({ holder, key })
    placesIn(holder[key], found)
  }
  return found
}

const valueAt = ({ holder, key }: Place) => (holder as Record<string | number, unknown>)[key]
function put({ holder, key }: Place, value: unknown): void {
  Object.defineProperty(holder, key, { value, enumerable: true, writable: true, configurable: true })
}

function drop({ holder, key }: Place): void {
  if (Array.isArray(holder)) holder.splice(Number(key), 1)
  else delete holder[key]
}

type Change = (random: Random, place: Place, places: readonly Place[]) => void

const changes: readonly Change[] = [
  (random, place) => put(place, structuredClone(pick(random, values))),
  (random, place) => put(place, structuredClone(pick(random, values))),
  (_, place) => drop(place),
  // A value from elsewhere in the document: the likeliest to fit.
  (random, place, places) => put(place, structuredClone(valueAt(pick(random, places)))),
  (random, place) => {
    const value = valueAt(place)
    put(place, typeof value === 'number' ? value + pick(random, [-1, 1, 0.5]) : [value])
  },
  (_, place) => {
    const { holder, key } = place
    if (Array.isArray(holder)) holder.splice(Number(key), 0, structuredClone(valueAt(place)))
    else put({ holder, key: `${key}2` }, structuredClone(valueAt(place)))
  },
  (random, { holder }) => {
    const name = pick(random, ['__proto__', 'extra', 'toString', 'name', '0'])
    if (!Array.isArray(holder)) put({ holder, key: name }, structuredClone(pick(random, values)))
  },
]

/** The document with some changes, as text. */
export function mutateJson(random: Random, document: unknown): string {
  const root = { top: structuredClone(document) }
  for (let left = faults(random); left > 0; left--) {
    const places = placesIn(root)
    if (places.length === 0) break
    // The top itself, seldom: what is below it is more interesting.
    const place =
      places.length > 1 && random.integer(50) > 0 ? places[1 + random.integer(places.length - 1)] : places[0]
    pick(random, changes)(random, place as Place, places)
  }
  let text = JSON.stringify(root.top) ?? 'undefined'
  for (const [mark, json] of Object.entries(raw)) text = text.replaceAll(JSON.stringify(mark), () => json)
  return text
}
