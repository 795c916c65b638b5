/** Class names from other programs, where two classes may have the same: ImageNet has two cranes and two maillots. */

import { sameForm } from '../core/text.ts'

/**
 * The names, with the class's number after each that repeats: `crane (134)` and `crane (517)`. The numbers are those of the
 * scores, from 0, so that a name says which score it is.
 */
export function distinctNames(names: readonly string[]): readonly string[] {
  const counts = new Map<string, number>()
  for (const name of names) counts.set(sameForm(name), (counts.get(sameForm(name)) ?? 0) + 1)
  const taken = new Set([...counts.keys()])
  return names.map((name, index) => {
    if (counts.get(sameForm(name)) === 1) return name
    let distinct = `${name} (${index})`
    while (taken.has(sameForm(distinct))) distinct += '′'
    taken.add(sameForm(distinct))
    return distinct
  })
}

/**
 * A name per line; empty lines at the end are left out. Of ImageNet's `n01440764 tench, Tinca tinca` the name is what
 * follows the number.
 */
export function parseClassNames(text: string): readonly string[] {
  const lines = text
    .replace(/^\uFEFF/, '')
    .trimEnd()
    .split(/\r?\n/)
    .map((line) => line.trim())
  const isSynsets = lines.every((line) => /^n\d{8}\s+\S/.test(line))
  return distinctNames(isSynsets ? lines.map((line) => line.slice(9).trim()) : lines)
}
