/** Adds and removes layers as changes of the notation's text, which the editor makes, so that undo knows them. */

import { chainOf, type Place, placeAt } from './chain.ts'

export interface Change {
  readonly span: readonly [from: number, to: number]
  readonly insert: string
}

const wordOf = (text: string, { unit }: Place) =>
  /^[A-Za-z]+/.exec(text.slice(unit.head[0]).replace(/^\w+:\s*/, ''))?.[0]?.toUpperCase()

/** Words that a network ends with: what is added there goes in front of them. */
const lasts = ['SOFTMAX', 'LOSS']

/** Adds a layer behind the one whose word is at `offset`; without one, at the end. */
export function added(text: string, offset: number | undefined, word: string): Change | undefined {
  const root = chainOf(text)
  const at = offset ?? root.units.at(-1)?.head[0]
  const place = at === undefined ? undefined : placeAt(root, at)
  if (place === undefined) return undefined
  if (lasts.includes(wordOf(text, place) ?? '')) {
    const { from } = place.unit
    return { span: [from, from], insert: `${word} -> ` }
  }
  const { to } = place.unit
  return { span: [to, to], insert: ` -> ${word}` }
}

/** Removes the layer whose word is at `offset`, with one of its arrows. Undefined for INPUT and where there is none. */
export function removed(text: string, offset: number): Change | undefined {
  const place = placeAt(chainOf(text), offset)
  if (place === undefined || wordOf(text, place) === 'INPUT') return undefined
  return without(text, place)
}

function without(text: string, place: Place): Change | undefined {
  const { unit, chain, index, parent } = place
  const [before, after] = [chain.units[index - 1], chain.units[index + 1]]
  if (before !== undefined) return { span: [before.to, unit.to], insert: tailOf(text.slice(before.to, unit.from)) }
  if (after !== undefined) return { span: [unit.from, after.from], insert: '' }
  if (parent === undefined) return undefined
  // The last layer of a group takes the group with it; that of a branch leaves the shortcut.
  return parent.unit.isGroup ? without(text, parent) : { span: [unit.from, unit.to], insert: 'ID' }
}

/** Comments between two layers stay. */
const tailOf = (between: string) => {
  const comments = between.match(/(?:#|\/\/)[^\r\n]*(?:\r\n|\r|\n|$)/g) ?? []
  return comments.length === 0 ? '' : ` ${comments.join('').trimEnd()}\n`
}
