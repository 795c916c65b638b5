/** Nodes by name or pattern, as in `taps` and `frozen`. */

import { ArgumentError } from '../core/errors.ts'
import { closest } from '../core/suggest.ts'
import type { SizedNode } from '../network/volumes.ts'

/**
 * Names of the nodes that match any of the patterns: a name, or a text in which `*` stands for anything.
 * Throws `ArgumentError` where a pattern matches nothing.
 */
export function matchNodes(
  nodes: readonly SizedNode[],
  patterns: readonly string[],
  what: string,
): ReadonlySet<string> {
  const names = nodes.map(({ node }) => node.name)
  const known = new Set(names)
  const found = new Set<string>()
  for (const pattern of patterns) {
    if (known.has(pattern)) {
      found.add(pattern)
      continue
    }
    const matched = names.filter(matching(pattern))
    if (matched.length === 0) throw noSuchLayer(`${what}: no layer`, pattern, names)
    for (const name of matched) found.add(name)
  }
  return found
}

/** @param what begins the message: `frozen: no layer`
 * @param names of which one was meant */
export function noSuchLayer(what: string, pattern: string, names: readonly string[]): ArgumentError {
  const near = closest(pattern, names)
  return new ArgumentError(`${what} has this name`, {
    received: pattern,
    expected: `${names.slice(0, 12).join(', ')}${names.length > 12 ? ', …' : ''}, or a pattern such as conv*`,
    ...(near !== undefined && { advice: `did you mean ${near}?` }),
  })
}

/** Whether a name is the pattern, in which `*` stands for anything. */
export function matching(pattern: string): (name: string) => boolean {
  const parts = pattern.split('*')
  return (name) => name === pattern || (parts.length > 1 && matches(name, parts))
}

/** Whether the parts, with anything between them, make the whole name. */
function matches(name: string, parts: readonly string[]): boolean {
  const [first = '', ...others] = parts
  const last = others.pop() ?? ''
  if (!name.startsWith(first) || name.length < first.length + last.length || !name.endsWith(last)) return false
  let at = first.length
  const end = name.length - last.length
  for (const part of others) {
    const next = name.indexOf(part, at)
    if (next < 0 || next + part.length > end) return false
    at = next + part.length
  }
  return true
}
