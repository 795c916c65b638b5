// The search for circles of imports. A circle through types loads without trouble, but none of its files can be understood,
// tested or moved alone.

import { type FileTexts, importsOf, resolveImport } from './import-edges.ts'

/**
 * Circles of files that import each other, types included: for each import that is part of a circle, the shortest one.
 * Each begins and ends with the file that sorts first. Imports that run later (`import()`) may lead back.
 */
export function importCircles(files: FileTexts): string[][] {
  const graph = graphOf(files)
  const circles = new Map<string, string[]>()
  for (const [path, targets] of graph) {
    for (const target of targets) {
      const back = shortestPath(graph, target, path)
      if (back === undefined) continue
      const circle = fromFirst(back)
      circles.set(circle.join('\n'), circle)
    }
  }
  return [...circles.values()].sort((a, b) => (a.join() < b.join() ? -1 : 1))
}

type Graph = ReadonlyMap<string, ReadonlySet<string>>

function graphOf(files: FileTexts): Graph {
  const graph = new Map<string, Set<string>>()
  for (const [path, text] of files) {
    const edges = importsOf(path, text).filter(({ kind }) => kind !== 'dynamic')
    const targets = edges.map(({ specifier }) => resolveImport(path, specifier))
    graph.set(path, new Set(targets.filter((target) => target !== undefined)))
  }
  return graph
}

/** The files from one to another along imports, both included; breadth first. */
function shortestPath(graph: Graph, from: string, to: string): string[] | undefined {
  const reachedFrom = new Map<string, string | undefined>([[from, undefined]])
  for (const path of reachedFrom.keys()) {
    if (path === to) break
    for (const target of graph.get(path) ?? []) if (!reachedFrom.has(target)) reachedFrom.set(target, path)
  }
  if (!reachedFrom.has(to)) return undefined
  const trail: string[] = []
  for (let path: string | undefined = to; path !== undefined; path = reachedFrom.get(path)) trail.unshift(path)
  return trail
}

/** The same circle from the file that sorts first, back to it. */
function fromFirst(circle: readonly string[]): string[] {
  const first = circle.reduce((a, b) => (b < a ? b : a))
  const start = circle.indexOf(first)
  return [...circle.slice(start), ...circle.slice(0, start), first]
}
