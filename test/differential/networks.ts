/** Random networks: a tree of words and joins, which prints as notation and can be made smaller piece by piece. */

import { LensletError } from '../../src/core/errors.ts'
import type { Volume } from '../../src/core/shapes.ts'
import { type LayerType, layers } from '../../src/layers/layers.ts'
import { inferVolumes } from '../../src/network/volumes.ts'
import { parse } from '../../src/notation/parse.ts'
import type { Draw } from './draw.ts'
import { channels, side, wordRows } from './words.ts'

export interface Join {
  readonly join: string
  readonly branches: readonly Chain[]
}
export type Chain = readonly (string | Join)[]

export interface Tree {
  readonly input: Volume
  readonly chain: Chain
}

const inputText = ({ height, width, channels: depth }: Volume) => `INPUT ${height}x${width}x${depth}`

function chainText(chain: Chain): string {
  const unit = (item: string | Join) =>
    typeof item === 'string'
      ? item
      : `${item.join}(${item.branches.map((branch) => chainText(branch) || 'ID').join(' | ')})`
  return chain.map(unit).join(' -> ')
}

export function textOf({ input, chain }: Tree): string {
  return [inputText(input), ...(chain.length > 0 ? [chainText(chain)] : [])].join(' -> ')
}

/** What a chain makes of a volume; undefined where it does not work out. */
function volumeAfter(input: Volume, chain: Chain): Volume | undefined {
  try {
    return inferVolumes(parse(textOf({ input, chain }))).at(-1)?.output
  } catch (error) {
    if (error instanceof LensletError) return undefined
    throw error
  }
}

const types = Object.keys(wordRows) as readonly LayerType[]
const words = types.flatMap((type) => {
  const row = wordRows[type]
  return typeof row === 'string' ? [] : [[row.weight, row.word] as const]
})
const joins = types.filter((type) => wordRows[type] === 'joins').map((type) => layers[type].notation.word)

export function drawTree(draw: Draw): Tree {
  const input = {
    height: side(draw),
    width: side(draw),
    channels: draw.chance(0.4) ? draw.between(1, 4) : channels(draw),
  }
  const body = drawChain(draw, input, draw.between(1, 8), 2)
  const head = draw.weighted(
    [3, [`FC-${draw.between(1, 12)}`]],
    [2, ['GAP', `FC-${draw.between(2, 12)}`]],
    [2, [`FC-${draw.between(2, 20)}`, 'SOFTMAX']],
    [1, ['GAP']],
    [1, ['GAP', 'SOFTMAX']],
    [2, []],
  )
  return { input, chain: withTraining(draw, input, [...body, ...head]) }
}

/** Now and then with what only training sees: an auxiliary head, and a word for the loss. */
function withTraining(draw: Draw, input: Volume, chain: Chain): Chain {
  const output = volumeAfter(input, chain)
  const closing = draw.chance(0.1) ? ['LOSS cross-entropy'] : []
  if (output === undefined || !draw.chance(0.15)) return [...chain, ...closing]
  const at = draw.between(0, chain.length - 1)
  const scores = `FC-${output.height * output.width * output.channels}`
  const branch = draw.pick([[scores], ['GAP', scores], ['RELU', 'FC-4', 'TANH', scores]])
  const head = { join: `AUX ${draw.pick([0.3, 1])} `, branches: [branch] }
  return [...chain.slice(0, at), head, ...chain.slice(at), ...closing]
}

function drawChain(draw: Draw, input: Volume, length: number, depth: number): Chain {
  const chain: (string | Join)[] = []
  let volume = input
  for (let tries = 0; chain.length < length && tries < 4 * length; tries++) {
    const joined = depth > 0 && draw.chance(0.15)
    const item = joined ? drawJoin(draw, volume, depth - 1) : draw.weighted(...words)(draw, volume)
    const after = item === undefined ? undefined : volumeAfter(volume, [item])
    if (item === undefined || after === undefined) continue
    chain.push(item)
    volume = after
  }
  return chain
}

/** Branches of one volume (ADD) or of one height and width (CONCAT): the first is drawn, the others are brought to it. */
function drawJoin(draw: Draw, input: Volume, depth: number): Join | undefined {
  // FC sees its input under another shape, which another branch may read as it is.
  const flat = draw.chance(0.2) ? [draw.pick(['GAP', `FC-${channels(draw)}`])] : []
  const first = [...drawChain(draw, input, draw.between(1, 4), depth), ...flat]
  const goal = volumeAfter(input, first)
  if (goal === undefined) return undefined
  const join = draw.pick(joins)
  const others = Array.from({ length: draw.weighted([4, 1], [1, 2], [0.3, 4]) }, () => {
    const depthOf = joinsByVolume(join) ? goal.channels : channels(draw)
    const ways = waysTo(draw, input, goal, depthOf).filter((chain) => fits(join, goal, volumeAfter(input, chain)))
    return ways.length === 0 ? undefined : draw.pick(ways)
  })
  if (others.includes(undefined)) return undefined
  return { join, branches: draw.random.shuffle([first, ...(others as Chain[])]) }
}

/** Asked of the layer: whether branches of other depths are refused. */
const joinsByVolume = (join: string) => !fits(join, point(1), point(2))

const point = (depth: number): Volume => ({ height: 1, width: 1, channels: depth })

function fits(join: string, goal: Volume, volume: Volume | undefined): boolean {
  if (volume === undefined) return false
  const layer = Object.values(layers).find(({ notation }) => notation.word === join)
  try {
    layer?.output({}, goal, [goal, volume])
    return true
  } catch (error) {
    if (error instanceof LensletError) return false
    throw error
  }
}

/** Chains that may lead from one volume to another's height and width, with so many channels. */
function waysTo(draw: Draw, from: Volume, goal: Volume, depth: number): readonly Chain[] {
  const stride = `${Math.ceil(from.height / goal.height)}x${Math.ceil(from.width / goal.width)}`
  return [
    [],
    [`CONV1-${depth} s${stride}`],
    [`CONV3-${depth} s${stride} nobias`, 'BN'],
    [`CONV3-${depth} s${stride}`, draw.pick(['RELU', 'TANH', 'RELU6'])],
    [`POOL1 s${stride}`, `WIDEN-${depth}`],
    [`AVGPOOL1 s${stride}`, `WIDEN-${depth}`],
    [`POOL3 s${stride} p1`, `CONV1-${depth}`],
    [`WIDEN-${depth}`],
    ['GAP', `CONV1-${depth}`],
    [`FC-${depth}`],
    [draw.pick(['RELU', 'BN']), `FC-${depth}`],
  ]
}
