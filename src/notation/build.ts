/** Tree -> nodes: writes out the repeats, wires the branches, and gives every node its name. */

import type { NetworkNode } from '../network/network.ts'
import type { NotationError } from './errors.ts'
import type { Chain, WordUnit } from './grammar.ts'
import { Names } from './names.ts'
import { quote, type Span } from './place.ts'
import type { Reader } from './reader.ts'
import { sourceExamples } from './words.ts'

export interface Built {
  readonly nodes: readonly NetworkNode[]
  /** The place of each node's written name, or else of its word. */
  readonly spans: ReadonlyMap<string, Span>
}

/** A node before it has a name; inputs by position. */
interface Draft {
  readonly unit: WordUnit
  readonly inputs: readonly number[]
}

export function build(reader: Reader, chain: Chain): Built {
  const drafts: Draft[] = []
  expand(reader, chain, undefined, drafts)
  if (drafts.length === 0) {
    const start = { offset: 0, length: 1 }
    throw reader.error(start, 'the text contains no network', { expected: `${sourceExamples()} -> ...` })
  }
  const names = nameAll(reader, drafts)
  const nodes = drafts.map(({ unit, inputs }, index) => ({
    name: names[index] as string,
    type: unit.layer.type,
    attributes: unit.attributes,
    inputs: inputs.map((input) => names[input] as string),
  }))
  return { nodes, spans: new Map(drafts.map(({ unit }, index) => [names[index] as string, unit.span])) }
}

/** Appends the chain's nodes; returns the last, or the value that came in. */
function expand(reader: Reader, chain: Chain, before: number | undefined, drafts: Draft[]): number | undefined {
  let value = before
  for (const unit of chain) {
    if (unit.kind === 'group') {
      for (let time = 0; time < unit.times; time++) value = expand(reader, unit.chain, value, drafts)
      continue
    }
    checkStart(reader, unit, value, drafts.length)
    const branches = unit.branches?.map((branch) => expand(reader, branch, value, drafts)) ?? [value]
    const inputs = unit.layer.notation.branches === 'beside' ? [value, ...branches] : branches
    drafts.push({ unit, inputs: inputs.filter((input) => input !== undefined) })
    value = drafts.length - 1
  }
  return value
}

function checkStart(reader: Reader, unit: WordUnit, before: number | undefined, position: number): void {
  const isSource = unit.layer.inputs.max === 0
  if (isSource ? position === 0 : before !== undefined) return
  throw isSource ? secondStart(reader, unit) : noStart(reader, unit)
}

function secondStart(reader: Reader, { span, layer }: WordUnit): NotationError {
  return reader.error(span, `a network has one ${layer.notation.word}, and starts with it`, {
    received: `another ${layer.notation.word}`,
    expected: 'a layer that takes the value before it',
    advice: 'branches start from the value before their word',
  })
}

function noStart(reader: Reader, { span, layer }: WordUnit): NotationError {
  return reader.error(span, 'a network starts with the volume of its pictures', {
    received: layer.notation.word,
    expected: `${sourceExamples()} -> ${layer.notation.word}...`,
  })
}

/** A written name belongs to the first copy of a repeated layer; the second copy adds `_2`, the third `_3`. */
function nameAll(reader: Reader, drafts: readonly Draft[]): readonly string[] {
  const copies = new Map<WordUnit, number>()
  const owners = new Map<string, WordUnit>()
  const written = drafts.map(({ unit }) => {
    if (unit.name === undefined) return undefined
    const copy = (copies.get(unit) ?? 0) + 1
    copies.set(unit, copy)
    const name = copy === 1 ? unit.name : `${unit.name}_${copy}`
    const owner = owners.get(name)
    if (owner !== undefined) throw nameTaken(reader, unit, name, owner)
    owners.set(name, unit)
    return name
  })
  const names = new Names(owners.keys())
  return drafts.map(({ unit }, index) => written[index] ?? names.next(unit.layer.type))
}

function nameTaken(reader: Reader, unit: WordUnit, name: string, owner: WordUnit): NotationError {
  const { line, column } = reader.place(owner.span)
  const copy = name === owner.name ? '' : `, for a copy of ${quote(owner.name ?? '')}`
  return reader.error(unit.span, `the name ${quote(name)} is taken`, {
    received: `${name} at line ${line}, column ${column}${copy}, and again here`,
    expected: 'a different name for each layer',
  })
}
