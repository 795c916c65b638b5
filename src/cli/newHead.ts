/** `lenslet train <model>` for other classes: when its last layer is replaced (exchange/newHead.ts does it), and what is refused. */

import { closest } from '../core/suggest.ts'
import { printable, sameForm } from '../core/text.ts'
import type { ModelInfo } from '../model/info.ts'
import { UsageError } from './errors.ts'

export const newHeadHelp = 'train a model for other classes: the last layer gets new weights, the others keep theirs'

export function noModel(net: string): UsageError {
  return new UsageError('--new-head needs a trained model', {
    received: net,
    expected: 'a model file, or the folder of a run that has ended',
    advice: 'leave --new-head out: a new network has no weights to keep',
  })
}

/**
 * Whether a model gets a new head: it was asked for, or the model comes from another program or is to be fine-tuned, and
 * its scores are not those of the data's classes.
 */
export function needsNewHead(
  { newHead, freeze }: { readonly newHead?: boolean; readonly freeze?: readonly string[] },
  isForeign: boolean,
  { classes: known }: ModelInfo,
  classes: readonly string[],
): boolean {
  if (newHead !== undefined) return newHead
  if (freeze === undefined && !isForeign) return false
  if (known === undefined) return true
  const names = new Set(known.map(sameForm))
  return classes.some((name) => !names.has(sameForm(name)))
}

/** Throws `UsageError` for a class that the model does not know, and says how to go on. */
export function checkKnown(name: string, { classes: known }: ModelInfo, classes: readonly string[]): void {
  if (known === undefined) return
  const names = known.map(sameForm)
  const unknown = classes.filter((each) => !names.includes(sameForm(each)))
  const [first] = unknown
  if (first === undefined) return
  const near = closest(first, names)
  throw new UsageError(`${name} does not know the ${unknown.length === 1 ? 'class' : 'classes'} ${list(unknown)}`, {
    received: `the classes ${list(classes)}`,
    expected: `the model's classes: ${list(names)}`,
    advice: `--new-head, which replaces the last layer and keeps the other weights${near === undefined ? '' : `; or rename the folder to ${printable(near)}`}`,
  })
}

function list(names: readonly string[]): string {
  const shown = names.slice(0, 12).map(printable).join(', ')
  return names.length > 12 ? `${shown} and ${names.length - 12} more` : shown
}
