/** The arena over time as SVG: steps across, bytes up, each buffer a box from its first step to its last. */

import { printGoal } from '../plan/goal.ts'
import { sectionsOf } from '../plan/step.ts'
import type { Plan, PlanStep } from '../plan/types.ts'
import { arenaUsage } from '../plan/usage.ts'
import { type ArenaBox, arenaBoxes, arenaKinds } from './arenaKinds.ts'
import { linearAxis } from './axis.ts'
import { shorten } from './shorten.ts'
import { escapeText, picture, tag } from './svg.ts'
import { printBytes } from './units.ts'

export interface ArenaSvgOptions {
  readonly title?: string
  readonly width?: number
  readonly height?: number
}

const margin = { left: 66, right: 16, top: 64, bottom: 40 }
/** Boxes that are smaller, in square pixels, are not drawn: nobody sees them, and a deep network has thousands. */
const leastArea = 0.3
/** Width of a letter of the labels. */
const letter = 5.6

export function arenaSvg(plan: Plan, options: ArenaSvgOptions = {}): string {
  const { width = 1040, height = 520 } = options
  const { title = `${printGoal(plan.goal)}, batch ${plan.batch}` } = options
  const { steps, arenaBytes } = plan
  const count = Math.max(steps.length, 1)
  const x = (step: number) => margin.left + (step / count) * (width - margin.left - margin.right)
  const y = (bytes: number) => height - margin.bottom - (bytes / arenaBytes) * (height - margin.top - margin.bottom)
  const boxes = merged(arenaBoxes(plan)).filter(
    ({ from, to, offset, bytes }) => (x(to + 1) - x(from)) * (y(offset) - y(offset + bytes)) >= leastArea,
  )
  return picture(`${title}: the arena over time`, width, height, [
    tag('text', { x: margin.left, y: 16, 'font-weight': 600, 'font-size': 13 }, escapeText(title)),
    tag('text', { x: margin.left, y: 34, opacity: 0.75 }, escapeText(fullestWords(plan))),
    legend(boxes),
    ...ticks(arenaBytes).map((tick) => grid(y(tick), width, printBytes(tick))),
    ...boxes.map((box) => drawn(box, x, y)),
    fullestLine(plan, x, height),
    ...phases(plan).map((phase) => band(phase, x, height)),
    tag(
      'text',
      { x: width - margin.right, y: height - 4, 'text-anchor': 'end', opacity: 0.7 },
      `${steps.length} steps`,
    ),
  ])
}

/** `fullest at step 141 of 414, in the backward pass: conv2d.filterGradient of conv9, 1.02 GiB in use of 1.04 GiB` */
export function fullestWords(plan: Plan): string {
  const { index, step, bytes } = arenaUsage(plan).fullest
  const where = step === undefined ? '' : `, in the ${phaseWords[step.phase]}: ${step.kind} of ${step.node}`
  return `fullest at step ${index} of ${plan.steps.length}${where}, ${printBytes(bytes)} in use of ${printBytes(plan.arenaBytes)}`
}

const phaseWords: Readonly<Record<PlanStep['phase'], string>> = {
  forward: 'forward pass',
  loss: 'loss',
  backward: 'backward pass',
  recompute: 'backward pass, where activations are computed again',
  update: 'update',
}

/** Boxes that live always and lie side by side are one, if they are of the same kind. */
function merged(boxes: readonly ArenaBox[]): readonly ArenaBox[] {
  const found: ArenaBox[] = []
  for (const box of boxes) {
    const last = found.at(-1)
    const touches = last !== undefined && box.offset - (last.offset + last.bytes) < 64
    if (touches && box.kind === last.kind && lives(box) && lives(last)) {
      found[found.length - 1] = { ...last, name: last.kind, bytes: box.offset + box.bytes - last.offset }
    } else found.push(box)
  }
  return found
}

const lives = ({ role }: ArenaBox) => role !== 'activation' && role !== 'gradient' && role !== 'workspace'

function drawn(box: ArenaBox, x: (step: number) => number, y: (bytes: number) => number): string {
  const { name, kind, from, to, offset, bytes } = box
  const [left, top] = [x(from), y(offset + bytes)]
  const [wide, high] = [x(to + 1) - left, y(offset) - top]
  const shape = {
    x: left,
    y: top,
    width: wide,
    height: high,
    fill: arenaKinds[kind].color,
    stroke: 'currentColor',
    'stroke-opacity': 0.25,
    'stroke-width': Math.min(0.5, high / 4),
  }
  const says = tag('title', {}, escapeText(`${name}: ${printBytes(bytes)}, steps ${from} to ${to}`))
  const letters = Math.floor((wide - 6) / letter)
  if (high < 12 || letters < 4) return tag('rect', shape, says)
  const label = {
    x: left + 3,
    y: top + Math.min(high / 2 + 3.5, 12),
    'font-size': 10,
    fill: '#10131a',
    'pointer-events': 'none',
  }
  return tag('rect', shape, says) + tag('text', label, escapeText(shorten(name, letters)))
}

/** Five or so, at round numbers of the largest unit. */
function ticks(bytes: number): readonly number[] {
  const unit = 1024 ** Math.floor(Math.log(bytes) / Math.log(1024))
  return linearAxis(0, bytes / unit).ticks.map((tick) => tick * unit)
}

function grid(y: number, width: number, text: string): string {
  const line = { x1: margin.left, x2: width - margin.right, y1: y, y2: y, stroke: 'currentColor', opacity: 0.18 }
  return tag('line', line) + tag('text', { x: margin.left - 6, y: y + 4, 'text-anchor': 'end', opacity: 0.7 }, text)
}

function legend(boxes: readonly ArenaBox[]): string {
  let at = margin.left
  const items = Object.entries(arenaKinds).flatMap(([kind, { color }]) => {
    if (!boxes.some((box) => box.kind === kind)) return []
    const item =
      tag('rect', { x: at, y: 44, width: 10, height: 10, fill: color }) +
      tag('text', { x: at + 14, y: 53, 'font-size': 11 }, kind)
    at += 30 + 6 * kind.length
    return [item]
  })
  return tag('g', {}, ...items)
}

function fullestLine(plan: Plan, x: (step: number) => number, height: number): string {
  const at = x(arenaUsage(plan).fullest.index + 0.5)
  const line = { x1: at, x2: at, y1: margin.top - 6, y2: height - margin.bottom, stroke: 'currentColor' }
  return tag('line', { ...line, 'stroke-width': 1.2, 'stroke-dasharray': '4 3' })
}

interface Phase {
  readonly name: string
  readonly from: number
  readonly to: number
}

/** The parts of the time axis: forward and backward, or the sections by their names. */
function phases(plan: Plan): readonly Phase[] {
  return sectionsOf(plan).flatMap(([name, { from, to }]): Phase[] => {
    if (name === 'scores') return [{ name: 'scores', from, to }]
    return [
      { name: 'forward', from, to: plan.backwardFrom },
      { name: plan.goal.kind === 'training' ? 'backward and update' : 'backward', from: plan.backwardFrom, to },
    ]
  })
}

function band({ name, from, to }: Phase, x: (step: number) => number, height: number): string {
  const [left, right] = [x(from), x(to)]
  const y = height - margin.bottom + 6
  const line = { x1: left + 1, x2: right - 1, y1: y, y2: y, stroke: 'currentColor', 'stroke-width': 2, opacity: 0.4 }
  const label =
    right - left < letter * name.length
      ? ''
      : tag('text', { x: (left + right) / 2, y: y + 14, 'text-anchor': 'middle', 'font-size': 11 }, name)
  return tag('line', line) + label
}
