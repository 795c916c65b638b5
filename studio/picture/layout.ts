/** Where each group of the picture stands: from left to right, branches one below the other. */

import { Graph, layout } from '@dagrejs/dagre'
import type { LayerFacts } from '../design/messages.ts'
import { type Group, groupsOf } from './groups.ts'
import { round, type Slab, slabOf, zoomFor } from './slab.ts'

export interface Placed extends Group {
  readonly slab: Slab
  /** The top left corner of the slab's box. */
  readonly x: number
  readonly y: number
}

export interface Edge {
  readonly from: string
  readonly to: string
  /** An SVG path. */
  readonly path: string
}

export interface Picture {
  readonly width: number
  readonly height: number
  readonly groups: readonly Placed[]
  readonly edges: readonly Edge[]
}

/** Room for the label below a slab; as much is left above, so that the middle of a slab is the middle of its node. */
const label = { width: 76, height: 34 }
const margin = 16

export function pictureOf(layers: readonly LayerFacts[], folds = true): Picture {
  const groups = groupsOf(layers, folds)
  const graph = new Graph()
  graph.setGraph({ rankdir: 'LR', nodesep: 2, ranksep: 30, edgesep: 10, marginx: margin, marginy: margin })
  graph.setDefaultEdgeLabel(() => ({}))
  const slabs = new Map<string, Slab>()
  const zoom = zoomFor(groups.map(({ first }) => first.output))
  for (const { first } of groups) {
    const slab = slabOf(first.output, zoom)
    slabs.set(first.name, slab)
    graph.setNode(first.name, {
      width: Math.max(slab.box.width, label.width),
      height: slab.box.height + 2 * label.height,
    })
  }
  for (const { first, sources } of groups) for (const source of sources) graph.setEdge(source, first.name)
  layout(graph)
  const placed = groups.map((group): Placed => {
    const slab = slabs.get(group.first.name) as Slab
    const node = graph.node(group.first.name)
    const [x, y] = [node.x - slab.box.width / 2, node.y - slab.box.height / 2]
    return { ...group, slab, x: round(x), y: round(y) }
  })
  const byName = new Map(placed.map((each) => [each.first.name, each]))
  const edges = placed.flatMap(({ first, sources }) =>
    sources.map((source): Edge => {
      const [from, to] = [byName.get(source) as Placed, byName.get(first.name) as Placed]
      const between = graph.edge(source, first.name).points.slice(1, -1) as readonly { x: number; y: number }[]
      return { from: source, to: first.name, path: pathOf(endOf(from), between, startOf(to)) }
    }),
  )
  const { width = 0, height = 0 } = graph.graph()
  return { width: Math.ceil(width), height: Math.ceil(height), groups: placed, edges }
}

type Point = readonly [x: number, y: number]

const middle = ({ slab, y }: Placed) => y + slab.box.height / 2
const endOf = (placed: Placed): Point => [placed.x + placed.slab.box.width + 2, middle(placed)]
const startOf = (placed: Placed): Point => [placed.x - 4, middle(placed)]

/** A smooth line: each piece leaves and arrives horizontally. */
function pathOf(from: Point, between: readonly { readonly x: number; readonly y: number }[], to: Point): string {
  const stops: readonly Point[] = [from, ...between.map(({ x, y }): Point => [x, y]), to]
  const pieces = stops.slice(1).map(([x, y], index) => {
    const [fromX, fromY] = stops[index] as Point
    const bend = (x - fromX) / 2
    return `C${round(fromX + bend)} ${round(fromY)} ${round(x - bend)} ${round(y)} ${round(x)} ${round(y)}`
  })
  return `M${round(from[0])} ${round(from[1])}${pieces.join('')}`
}
