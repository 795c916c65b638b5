/** Names of buffers: true and unique, because prints, bug reports and insight live by them. */

import type { Composition } from './composition.ts'
import type { DraftValue } from './draft.ts'
import { scoresSuffix } from './scores.ts'

/**
 * By value id. A value without a name is called after its step: `conv1.pointwise.gradient`, `bn1.batchMean`; a view after
 * what it is a view of. Of equal names, the later ones get a number.
 */
export function namesOf({ draft, sections }: Composition, values: readonly DraftValue[]): readonly string[] {
  const names = new Array<string | undefined>(values.length)
  for (const { id, name } of values) names[id] = name
  const suffixAt = (step: number) => (sections.length > 1 && step >= (sections[1]?.from ?? 0) ? scoresSuffix : '')
  for (const [index, { node, op, outputs }] of draft.steps.entries()) {
    const suffix = suffixAt(index)
    outputs.forEach(({ id }, i) => {
      if (names[id] !== undefined) return
      const first = op.gradient === 'none' || names[outputs[0]?.id ?? -1] === undefined ? `${node}.${op.kind}` : node
      const extra = i === 0 ? '' : `.${op.outputNames?.[i - 1] ?? i}`
      names[id] = `${first}${extra}${suffix}`
    })
  }
  const used = new Set<string>()
  // A value that thousands of steps read has thousands of gradients of one name: each search goes on where the last ended.
  const next = new Map<string, number>()
  return values.map(({ id, root }) => {
    const name = names[id] ?? `${names[root.id] ?? 'value'}.view`
    let free = name
    while (used.has(free)) {
      const count = next.get(name) ?? 2
      free = `${name}#${count}`
      next.set(name, count + 1)
    }
    used.add(free)
    return free
  })
}
