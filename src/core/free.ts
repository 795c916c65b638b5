/** Freeing several things: all of them are freed, whatever one of them throws. */

/**
 * Runs each step after the one before has ended, well or not. Then throws the error of the only step that failed, or an
 * `AggregateError` of all that did.
 */
export async function freeAll(steps: readonly (() => unknown)[]): Promise<void> {
  const errors: unknown[] = []
  for (const step of steps) {
    try {
      await step()
    } catch (error) {
      errors.push(error)
    }
  }
  if (errors.length === 1) throw errors[0]
  if (errors.length > 1) throw new AggregateError(errors, `${errors.length} things could not be freed`)
}
