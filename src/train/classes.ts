/** Which score belongs to each class of some data: matched by name, never by position. */

import { printVolume, volumeSize } from '../core/shapes.ts'
import { closest } from '../core/suggest.ts'
import { printable, sameForm } from '../core/text.ts'
import type { Model } from '../model/model.ts'
import { DataMismatchError } from './errors.ts'

/**
 * The index of a score for each of the classes. A model that names its classes gives the score of the same name (compared
 * in Unicode NFC), whatever the order, and may know more classes than the data has. A model without names is a new one, or
 * one made without them: its scores are the classes in their order, and there must be one score per class.
 *
 * Throws `DataMismatchError` for a class that the model does not know, and for a wrong number of scores.
 *
 * @param where what the classes are of, for the error
 * @param layer what ends a network with the given number of scores: `FC-3`
 */
export function scoresOfClasses(
  model: Model,
  classes: readonly string[],
  where: string,
  layer: (scores: number) => string,
): readonly number[] {
  const scores = volumeSize(model.output)
  const known = model.info.classes
  const advice = `end the network with ${layer(classes.length)}`
  if (known === undefined) {
    if (scores < classes.length) throw wrongNumber(model, classes, where, { advice })
    if (scores > classes.length)
      throw wrongNumber(model, classes, where, {
        advice: `${advice}; of a trained model, name the classes in info.classes`,
      })
    return classes.map((_, index) => index)
  }
  if (known.length !== scores) {
    throw new DataMismatchError('the model does not name its classes one by one', {
      received: `${count(known.length, 'name')} for ${count(scores, 'score')}: ${list(known)}`,
      expected: 'one name per score',
      advice: 'correct model.info.classes',
    })
  }
  const byName = new Map(known.map((name, index) => [sameForm(name), index]))
  const unknown = classes.filter((name) => !byName.has(sameForm(name)))
  if (unknown.length === 0) return classes.map((name) => byName.get(sameForm(name)) as number)
  if (classes.length > scores)
    throw wrongNumber(model, classes, where, { unknown, advice: `${advice}, and train it on all the classes` })
  throw new DataMismatchError(
    `the model does not know the ${unknown.length === 1 ? 'class' : 'classes'} ${list(unknown)}`,
    {
      received: `${where}: ${count(classes.length, 'class', 'classes')}, ${list(classes)}`,
      expected: `classes of the model: ${list(known)}`,
      advice: nearest(unknown, known) ?? 'leave these images out, or train a network that has a score for every class',
    },
  )
}

function wrongNumber(
  model: Model,
  classes: readonly string[],
  where: string,
  { unknown, advice }: { unknown?: readonly string[]; advice: string },
): DataMismatchError {
  const scores = count(volumeSize(model.output), 'score')
  const known = model.info.classes
  const without = unknown && known && `; the model has ${list(known)}, and no score for ${list(unknown)}`
  return new DataMismatchError(`${scores} for the ${count(classes.length, 'class', 'classes')} ${list(classes)}`, {
    received: `a network that gives ${printVolume(model.output)}, for ${where}${without ?? ''}`,
    expected: `1×1×${classes.length}, one score per class`,
    advice,
  })
}

/** The advice for the first name that is nearly one of the known ones. */
function nearest(unknown: readonly string[], known: readonly string[]): string | undefined {
  // As if in one case: `Cat` for `cat` is the most frequent slip.
  const folded = known.map((name) => sameForm(name).toLowerCase())
  for (const name of unknown) {
    const near = closest(sameForm(name).toLowerCase(), folded)
    if (near !== undefined)
      return `did you mean ${printable(known[folded.indexOf(near)] as string)} by ${printable(name)}? Then rename the class`
  }
  return undefined
}

const shown = 10

/** `bird, cat, dog`, of at most ten. */
function list(names: readonly string[]): string {
  const some = names.slice(0, shown).map(printable).join(', ')
  return names.length > shown ? `${some} and ${names.length - shown} more` : some
}

function count(number: number, one: string, several = `${one}s`): string {
  return `${number} ${number === 1 ? one : several}`
}
