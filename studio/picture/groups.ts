/**
 * What the picture draws: a volume with the layers that work on it in place (ReLU, batch normalization, …), and repeats of the
 * notation, `[...]*16`, folded into one with a count.
 */

import type { LayerFacts } from '../design/messages.ts'

export interface Group {
  /** The layer that makes the volume. */
  readonly first: LayerFacts
  /** All of them, in their order. */
  readonly layers: readonly LayerFacts[]
  /** Groups that it reads, by the name of their first layer. */
  readonly sources: readonly string[]
  /** How often it stands one after the other; the others are not drawn. */
  readonly times: number
}

/** Repeats of fewer times are drawn out. */
const leastTimes = 3

export function groupsOf(layers: readonly LayerFacts[], folds = true): readonly Group[] {
  const groups = gathered(layers)
  return folds ? folded(groups) : groups
}

interface Draft {
  readonly first: LayerFacts
  readonly layers: LayerFacts[]
  readonly sources: readonly string[]
}

function gathered(layers: readonly LayerFacts[]): readonly Group[] {
  const owner = new Map<string, Draft>()
  const drafts: Draft[] = []
  for (const layer of layers) {
    const before = layer.sources[0] === undefined ? undefined : owner.get(layer.sources[0])
    if (layer.isInPlace && before !== undefined) {
      before.layers.push(layer)
      owner.set(layer.name, before)
      continue
    }
    const sources = [...new Set(layer.sources.map((name) => owner.get(name)?.first.name ?? name))]
    const draft = { first: layer, layers: [layer], sources }
    drafts.push(draft)
    owner.set(layer.name, draft)
  }
  return drafts.map((draft) => ({ ...draft, times: 1 }))
}

/** The same words of the text, one after the other. */
function folded(groups: readonly Group[]): readonly Group[] {
  const out: Group[] = []
  /** Groups that are not drawn, by the one that stands for them. */
  const standsFor = new Map<string, string>()
  let at = 0
  while (at < groups.length) {
    const period = periodAt(groups, at)
    const times = period === 0 ? 1 : timesAt(groups, at, period)
    if (times < leastTimes) {
      out.push(groups[at] as Group)
      at += 1
      continue
    }
    for (let index = 0; index < period; index++) {
      const group = groups[at + index] as Group
      out.push({ ...group, times })
      for (let turn = 1; turn < times; turn++)
        standsFor.set((groups[at + turn * period + index] as Group).first.name, group.first.name)
    }
    at += times * period
  }
  const order = new Map(out.map(({ first }, index) => [first.name, index]))
  return out.map((group, index) => ({
    ...group,
    sources: [...new Set(group.sources.map((name) => standsFor.get(name) ?? name))].filter(
      (name) => (order.get(name) ?? index) < index,
    ),
  }))
}

const same = (a: Group | undefined, b: Group | undefined) =>
  a !== undefined && b !== undefined && a.first.span[0] === b.first.span[0] && a.first.span[1] > a.first.span[0]

/** Groups until the words of this one stand again; 0 where they do not. */
function periodAt(groups: readonly Group[], at: number): number {
  for (let next = at + 1; next < groups.length; next++) if (same(groups[at], groups[next])) return next - at
  return 0
}

function timesAt(groups: readonly Group[], at: number, period: number): number {
  let times = 1
  const repeats = (turn: number) =>
    Array.from({ length: period }, (_, index) => index).every((index) =>
      same(groups[at + index], groups[at + turn * period + index]),
    )
  while (repeats(times)) times += 1
  return times
}
