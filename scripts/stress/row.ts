/** A row of the stress table: one way to try to break Lenslet, as many times as asked for. */

export const kinds = ['kill', 'disk', 'fuzz', 'race', 'long'] as const
export type Kind = (typeof kinds)[number]

export interface Finding {
  /** Number of the trial: with the seed, it repeats the trial. */
  readonly trial: number
  readonly what: string
  /** Where the input was kept, if there is one. */
  readonly file?: string | undefined
}

export interface Outcome {
  readonly tried: number
  readonly findings: readonly Finding[]
  /** Why nothing, or not everything, was tried. */
  readonly skipped?: string | undefined
  /** What was measured meanwhile: `refused` → `91 %`. */
  readonly figures?: Readonly<Record<string, string>> | undefined
}

export interface Context {
  readonly seed: number
  /** Trials to make. */
  readonly count: number
  /** `Date.now()` after which no further trial begins. */
  readonly until: number
  /** An empty folder for the row. */
  readonly folder: string
  /** A folder that all rows share. */
  readonly shared: string
  /** Where inputs that were found are kept; undefined: nowhere. */
  readonly findings?: string | undefined
  /** A trial that takes longer hangs. */
  readonly hangSeconds: number
  progress(tried: number, failed: number): void
}

export interface Row {
  readonly kind: Kind
  readonly name: string
  /** What is counted: `kills`, `inputs`. */
  readonly unit: string
  /** Trials of the short version, which the tests run, and of the full one. */
  readonly short: number
  readonly full: number
  run(context: Context): Promise<Outcome>
}

/** What the files of its findings are called: `tar-gz.SEED-TRIAL.bin`. */
export const fileStem = ({ name }: { readonly name: string }) => name.replaceAll(/[^a-z0-9]+/gi, '-')

/** What a trial throws if something is wrong. Anything else that it throws is a finding, too. */
export class Wrong extends Error {}

export function expectThat(holds: boolean, what: string): asserts holds {
  if (!holds) throw new Wrong(what)
}

/** Of the error and what it was caused by, in one line. */
export function describe(error: unknown): string {
  if (error instanceof Wrong) return error.message
  if (!(error instanceof Error)) return String(error)
  const place = /\n\s+at (.*)/.exec(error.stack ?? '')?.[1]
  return `${error.name}: ${error.message.split('\n').slice(0, 3).join('; ')}${place === undefined ? '' : ` at ${place}`}`
}
