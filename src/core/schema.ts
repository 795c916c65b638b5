/**
 * Checks of plain data that comes from outside: networks, a model's info, checkpoints. As much of a schema library as the
 * library part needs, because a general one (zod, 40 kB compressed) would be a third of what a page loads. Schemas only
 * check; they never change a value.
 */

/** The first thing that is wrong with a value. */
export interface Fault {
  /** Keys and indices that lead to it. */
  readonly path: readonly (string | number)[]
  /** `must be a whole number from 1 to 65536, not 0` */
  readonly message: string
}

export interface Schema<T> {
  /** Undefined where the value fits. */
  fault(value: unknown): Fault | undefined
  fits(value: unknown): value is T
  /** As a field of an object: may be absent or undefined. */
  readonly isOptional?: true
}

/** `at nodes.0.name: must be a string, not 3` */
export function printFault({ path, message }: Fault): string {
  return `at ${path.join('.') || 'the top'}: ${message}`
}

type Fields = Readonly<Record<string, Schema<unknown>>>
type TypeOf<S> = S extends Schema<infer T> ? T : never
type OptionalKeys<F> = { [K in keyof F]: F[K] extends { readonly isOptional: true } ? K : never }[keyof F]
type ObjectOf<F> = { readonly [K in Exclude<keyof F, OptionalKeys<F>>]: TypeOf<F[K]> } & {
  readonly [K in OptionalKeys<F>]?: TypeOf<F[K]> | undefined
}

function schema<T>(fault: (value: unknown) => Fault | undefined): Schema<T> {
  return { fault, fits: (value): value is T => fault(value) === undefined }
}

/** A schema of one test. `expected` completes "must be …". */
function plain<T>(expected: string, test: (value: unknown) => boolean): Schema<T> {
  return schema((value) =>
    test(value) ? undefined : { path: [], message: `must be ${expected}, not ${printValue(value)}` },
  )
}

interface NumberRange {
  readonly whole?: true
  readonly min?: number
  readonly max?: number
  /** The value must be greater than this. */
  readonly above?: number
  /** The value must be less than this. */
  readonly below?: number
}

/** A finite number in a range. */
export function number(range: NumberRange = {}): Schema<number> {
  const { whole, min = Number.NEGATIVE_INFINITY, max = Number.POSITIVE_INFINITY } = range
  const { above = Number.NEGATIVE_INFINITY, below = Number.POSITIVE_INFINITY } = range
  const limits = [
    Number.isFinite(min) ? `at least ${min}` : '',
    Number.isFinite(above) ? `more than ${above}` : '',
    Number.isFinite(max) ? `at most ${max}` : '',
    Number.isFinite(below) ? `less than ${below}` : '',
  ].filter(Boolean)
  return plain([whole ? 'a whole number' : 'a number', ...limits].join(', '), (value) => {
    if (typeof value !== 'number' || !(whole ? Number.isSafeInteger(value) : Number.isFinite(value))) return false
    return value >= min && value <= max && value > above && value < below
  })
}

export const boolean: Schema<boolean> = plain('true or false', (value) => typeof value === 'boolean')
export const string: Schema<string> = plain('a string', (value) => typeof value === 'string')

/** This value and no other. */
export function literal<const T extends string | number | boolean>(wanted: T): Schema<T> {
  return plain(printValue(wanted), (value) => value === wanted)
}

/** One of these words. */
export function oneOf<const T extends string>(words: readonly T[]): Schema<T> {
  return plain(words.map(printValue).join(' or '), (value) => words.includes(value as T))
}

/** A plain object, whatever is in it. */
export const anyObject: Schema<Readonly<Record<string, unknown>>> = plain('an object', isObject)

interface ListLength {
  readonly min?: number
  readonly max?: number
}

export function list<T>(item: Schema<T>, { min = 0, max = 2 ** 32 }: ListLength = {}): Schema<readonly T[]> {
  return schema((value) => {
    if (!Array.isArray(value)) return { path: [], message: `must be a list, not ${printValue(value)}` }
    if (value.length < min) return { path: [], message: `must have at least ${min} items, not ${value.length}` }
    if (value.length > max) return { path: [], message: `must have at most ${max} items, not ${value.length}` }
    return firstFault(value.entries(), () => item)
  })
}

/** A list of fixed length, all items alike. */
export function listOf<T, const N extends number>(item: Schema<T>, length: N): Schema<Tuple<T, N>> {
  return list(item, { min: length, max: length }) as unknown as Schema<Tuple<T, N>>
}

type Tuple<T, N extends number, R extends readonly T[] = []> = R['length'] extends N
  ? R
  : Tuple<T, N, readonly [...R, T]>

/** An object with these fields and no others. */
export function object<const F extends Fields>(fields: F): Schema<ObjectOf<F>> {
  return schema((value) => {
    if (!isObject(value)) return { path: [], message: `must be an object, not ${printValue(value)}` }
    const unknown = Object.keys(value).find((key) => !Object.hasOwn(fields, key))
    if (unknown !== undefined) return { path: [], message: `has the unknown field ${printValue(unknown)}` }
    const present = Object.entries(fields).filter(([key, { isOptional }]) => !isOptional || value[key] !== undefined)
    return firstFault(
      present.map(([key]) => [key, Object.hasOwn(value, key) ? value[key] : undefined]),
      (key) => fields[key] as Schema<unknown>,
    )
  })
}

export function optional<T>(of: Schema<T>): Schema<T> & { readonly isOptional: true } {
  return { ...of, isOptional: true }
}

/** Whatever fits one of two schemas; the fault is that of the second. */
export function either<A, B>(a: Schema<A>, b: Schema<B>): Schema<A | B> {
  return schema((value) => (a.fits(value) ? undefined : b.fault(value)))
}

function firstFault<K extends string | number>(
  entries: Iterable<readonly [K, unknown]>,
  schemaOf: (key: K) => Schema<unknown>,
): Fault | undefined {
  for (const [key, value] of entries) {
    const found = schemaOf(key).fault(value)
    if (found !== undefined) return { path: [key, ...found.path], message: found.message }
  }
  return undefined
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** As JSON, shortened if long. Outside values may be nested deeply, so only the shown part is visited. */
function printValue(value: unknown): string {
  if (value === undefined) return 'missing'
  const text = printPart(value, 3)
  return text.length > longest ? `${text.slice(0, longest)}…` : text
}

const longest = 60

function printPart(value: unknown, depth: number): string {
  if (typeof value === 'string') return JSON.stringify(value.slice(0, longest + 1))
  if (typeof value !== 'object' || value === null) return String(value)
  const isList = Array.isArray(value)
  if (depth === 0) return isList ? '[…]' : '{…}'
  // Each part takes a character and a comma at least.
  const parts = isList
    ? value.slice(0, longest).map((part) => printPart(part, depth - 1))
    : firstKeys(value, longest).map(
        (key) => `${printPart(key, 0)}:${printPart((value as Readonly<Record<string, unknown>>)[key], depth - 1)}`,
      )
  return isList ? `[${parts.join(',')}]` : `{${parts.join(',')}}`
}

function firstKeys(value: object, most: number): readonly string[] {
  const keys: string[] = []
  for (const key in value) {
    if (keys.length === most) break
    keys.push(key)
  }
  return keys
}
