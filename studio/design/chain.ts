/**
 * The structure of a notation's text, with places: chains of units, groups and branches. It reads what is half written, too,
 * so that layers can be added and removed by clicks while the text stays the only source; the parser judges the result.
 */

export interface Unit {
  /** All of it: its name, options, branches and count. */
  readonly from: number
  readonly to: number
  /** Where its word with its options lies; empty for a group. */
  readonly head: readonly [from: number, to: number]
  /** Branches of a layer, or the one chain of a group. */
  readonly chains: readonly Chain[]
  readonly isGroup: boolean
}

export interface Chain {
  readonly units: readonly Unit[]
}

interface Token {
  readonly kind: 'arrow' | 'sign' | 'text'
  readonly text: string
  readonly from: number
  readonly to: number
}

const pattern = /(#|\/\/)[^\r\n]*|(?:[-‐-―−]>|→)|[[\](){}|*]|[^\s[\](){}|*#→]+?(?=[-‐-―−]>|→|[\s[\](){}|*#]|\/\/|$)/gu

function tokensOf(text: string): readonly Token[] {
  return [...text.matchAll(pattern)].flatMap(({ 0: found, 1: comment, index }): readonly Token[] => {
    if (comment !== undefined) return []
    const kind = /^(?:→|.>)$/u.test(found) ? 'arrow' : /^[[\](){}|*]$/.test(found) ? 'sign' : 'text'
    return [{ kind, text: found, from: index, to: index + found.length }]
  })
}

/** Deeper texts are refused by the parser; here they must only end. */
const deepest = 200

export function chainOf(text: string): Chain {
  const tokens = tokensOf(text)
  let at = 0

  function chain(depth: number): Chain {
    const units: Unit[] = []
    while (at < tokens.length) {
      const next = tokens[at] as Token
      if (next.kind === 'arrow') at += 1
      else if (next.kind === 'sign' && !['[', '('].includes(next.text)) break
      else units.push(unit(depth))
    }
    return { units }
  }

  function unit(depth: number): Unit {
    const { from } = tokens[at] as Token
    const head: [number, number] = [from, from]
    const chains: Chain[] = []
    let isGroup = false
    let to = from
    while (at < tokens.length) {
      const { kind, text: sign, to: end } = tokens[at] as Token
      if (kind === 'arrow' || (kind === 'sign' && ['|', ')', ']', '}'].includes(sign))) break
      // A second group or word after a closed one belongs to the next unit, whose arrow is missing.
      if ((chains.length > 0 || isGroup) && kind !== 'sign') break
      if (kind === 'sign' && ['[', '('].includes(sign) && chains.length > 0) break
      at += 1
      to = end
      if (kind === 'text') {
        if (head[0] === head[1]) head[0] = (tokens[at - 1] as Token).from
        head[1] = end
      } else if (sign === '*') {
        const times = tokens[at]
        if (times?.kind === 'text') to = tokens[at++]?.to ?? to
      } else if (depth < deepest) {
        isGroup = sign === '[' && head[0] === head[1]
        // INPUT: [32x32x3] holds a volume, not a chain.
        const inner = chainsUntilClosed(depth + 1)
        if (isGroup || sign === '(') chains.push(...inner.chains)
        to = inner.to ?? to
      }
    }
    return { from, to, head, chains, isGroup }
  }

  function chainsUntilClosed(depth: number): { readonly chains: readonly Chain[]; readonly to: number | undefined } {
    const chains = [chain(depth)]
    while (tokens[at]?.text === '|') {
      at += 1
      chains.push(chain(depth))
    }
    const closing = tokens[at]
    if (closing !== undefined && [')', ']', '}'].includes(closing.text)) at += 1
    return { chains, to: closing?.to ?? tokens.at(-1)?.to }
  }

  const found = chain(0)
  return found
}

export interface Place {
  readonly unit: Unit
  readonly chain: Chain
  readonly index: number
  /** Of the unit that holds the chain. */
  readonly parent: Place | undefined
}

/** The unit whose word is written at a place of the text. */
export function placeAt(root: Chain, offset: number): Place | undefined {
  let found: Place | undefined
  let { units } = root
  let chain = root
  let parent: Place | undefined
  while (units.length > 0) {
    const index = units.findIndex(({ from, to }) => from <= offset && offset < to)
    const unit = units[index]
    if (unit === undefined) return found
    const place: Place = { unit, chain, index, parent }
    if (offset < unit.head[1]) return place
    const inner = unit.chains.find((each) => each.units.some(({ from, to }) => from <= offset && offset < to))
    if (inner === undefined) return unit.isGroup ? undefined : place
    found = undefined
    parent = place
    chain = inner
    units = inner.units
  }
  return found
}
