/** Which pictures of a folder are for training, for validation and for the test. */
import { ArgumentError } from '../../core/errors.ts'
import { Random } from '../../core/random.ts'
import type { ClassFiles } from './classes.ts'
import type { Layout } from './layout.ts'

export interface SplitOptions {
  /** Part of each class that is held out as test pictures where the folder has none of its own, from 0; default 0.2. */
  readonly testFraction?: number | undefined
  /** Part of each class that is held out as validation pictures where the folder has none of its own, from 0; default 0. */
  readonly validationFraction?: number | undefined
  /** Of the choice of both; default 0. */
  readonly splitSeed?: number | undefined
}

/** A picture file and its class. */
export interface Entry {
  readonly file: string
  readonly label: number
}

export interface Entries {
  readonly train: readonly Entry[]
  readonly validation: readonly Entry[]
  readonly test: readonly Entry[]
  /** The part that was held out as test pictures, where it was. */
  readonly testFraction?: number
}

/**
 * The same part of every class, chosen by the seed. Each class keeps at least one picture for training, and gives at least
 * one to each split that is asked for as long as it has more.
 *
 * @throws {ArgumentError} fractions out of range, or a fraction for a split that the folder has
 */
export function splitEntries({ classes, train, validation, test }: Layout, options: SplitOptions): Entries {
  const { testFraction, validationFraction, splitSeed = 0 } = options
  if (test !== undefined) refuse('testFraction', testFraction, 'test')
  if (validation !== undefined) refuse('validationFraction', validationFraction, 'validation')
  const parts = {
    test: test === undefined ? checked('testFraction', testFraction ?? 0.2) : 0,
    validation: checked('validationFraction', validationFraction ?? 0),
  }
  if (parts.test + parts.validation >= 1)
    throw new ArgumentError('no image is left for training', {
      received: `testFraction ${parts.test}, validationFraction ${parts.validation}`,
      expected: 'fractions whose sum is below 1',
    })
  if (!Number.isSafeInteger(splitSeed))
    throw new ArgumentError('splitSeed is invalid', { received: String(splitSeed), expected: 'a whole number' })
  const entries = (list: readonly ClassFiles[] = []) =>
    list.flatMap(({ name, files }) => files.map((file): Entry => ({ file, label: classes.indexOf(name) })))
  const out = { train: [] as Entry[], validation: entries(validation), test: entries(test) }
  train.forEach(({ name, files }, label) => {
    const shuffled = Random.seeded(splitSeed, 'split', name).shuffle([...files])
    const tested = share(parts.test, files.length, files.length - 1)
    const validated = share(parts.validation, files.length, files.length - 1 - tested)
    // With a split of its own, the folder's order is kept.
    const order = tested + validated === 0 ? files : shuffled
    order.forEach((file, index) => {
      const to = index < tested ? out.test : index < tested + validated ? out.validation : out.train
      to.push({ file, label })
    })
  })
  return { ...out, ...(test === undefined && parts.test > 0 && { testFraction: parts.test }) }
}

function share(fraction: number, of: number, most: number): number {
  return fraction === 0 ? 0 : Math.min(most, Math.max(1, Math.round(of * fraction)))
}

function checked(option: string, fraction: number): number {
  if (fraction >= 0 && fraction < 1) return fraction
  throw new ArgumentError(`${option} is invalid`, {
    received: String(fraction),
    expected: 'a number from 0 to below 1',
  })
}

function refuse(option: string, fraction: number | undefined, split: string): void {
  if (fraction === undefined) return
  throw new ArgumentError(`${option} has no effect: the folder has ${split} images of its own`, {
    received: `${option} ${fraction}`,
    expected: `a folder without a ${split} split`,
    advice: 'leave it out',
  })
}
