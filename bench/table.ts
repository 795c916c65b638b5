/** Results as Markdown: every contender that ran, the better and the worse, and why others did not. */

import type { Entry, Result } from './contest.ts'
import { describeQuiet, type Machine } from './machine.ts'
import { secondThread } from './threads.ts'
import { least, median, type Ratio, ratioOf } from './timing.ts'
import { subjectOf } from './values.ts'
import type { Row, Target } from './work.ts'

/** Is a peer's time at these threads the one to compare with ours at those? A peer with one thread has no other. */
function oursFor(entry: Entry, entries: readonly Entry[]): readonly Entry[] {
  const ours = entries.filter(({ peer, times }) => peer.own && times.length > 0)
  const alone = !entries.some((other) => other.peer === entry.peer && other.threads > 1 && other.times.length > 0)
  return ours.filter(({ threads }) => threads === entry.threads || alone)
}

export interface Comparison {
  readonly row: Row
  readonly peer: string
  readonly peerThreads: number
  /** Of Lenslet's forms. */
  readonly ours: string
  readonly threads: number
  readonly ratio: Ratio
  /** Of the processors' time: with one thread on both sides, what the ratio would be on free cores. */
  readonly cpuRatio: number
  readonly error: number
  readonly target?: Target
}

export function comparisons({ row, entries }: Result): Comparison[] {
  return entries
    .filter(({ peer, times }) => !peer.own && times.length > 0)
    .flatMap((entry) =>
      oursFor(entry, entries).map((ours) => {
        const target = row.targets?.find(
          ({ peer, narrow = false, threads = ours.threads }) =>
            peer === entry.peer.name &&
            threads === ours.threads &&
            (narrow ? 'lenslet-narrow' : 'lenslet') === ours.peer.name,
        )
        return {
          row,
          peer: entry.peer.name,
          peerThreads: entry.threads,
          ours: ours.peer.name,
          threads: ours.threads,
          ratio: ratioOf(entry.times, ours.times),
          cpuRatio: entry.cpu / ours.cpu,
          error: entry.error ?? Number.NaN,
          ...(target === undefined ? {} : { target }),
        }
      }),
    )
}

/** Multiply–accumulates of a forward pass of the batch; training does about three times as many. */
function macsOf({ work }: Row): number {
  return subjectOf(work.network).nodes.reduce((sum, { macs }) => sum + macs, 0) * work.batch
}

const titles: Readonly<Record<Row['group'], string>> = {
  judged: 'What is promised',
  layers: 'Layers, batch 1',
  networks: 'Networks, forward',
  training: 'Training steps',
}

/** What else was measured, and how it prints itself: `## ` lines and all. */
export interface Part {
  /** A promise was not kept. */
  readonly missed?: boolean
  print(): readonly string[]
}

/** What the heading says of a run. */
export interface Run {
  readonly machine: Machine
  readonly command: string
  readonly rounds: number
  /** Rows that time did not suffice for. */
  readonly left: readonly string[]
}

export function report(results: readonly Result[], parts: readonly Part[], run: Run): string {
  const lines = [...heading(results, run), ...demands(results)]
  for (const [group, title] of Object.entries(titles)) {
    const own = results.filter(({ row }) => row.group === group)
    if (own.length === 0) continue
    lines.push('', `## ${title}`, '', ...(group === 'layers' ? matrix(own) : own.flatMap(section)))
  }
  lines.push(...secondThread(results))
  for (const part of parts) lines.push('', ...part.print())
  // One empty line between any two.
  return `${lines
    .join('\n')
    .replace(/\n{3,}/g, '\n\n')
    .trim()}\n`
}

function heading(results: readonly Result[], { machine, command, rounds, left }: Run): string[] {
  const ran = results.flatMap(({ entries }) => entries).filter(({ times }) => times.length > 0)
  const versions = [...new Set(ran.map(({ peer }) => peer))].map(
    (peer) => `${peer.name} ${peer.version()} (${peer.kind})`,
  )
  const ours = ran.filter(({ peer }) => peer.own).map((entry) => nameOf(entry))
  return [
    `${machine.date} UTC, commit ${machine.commit}: \`${command}\``,
    '',
    `${machine.cpu}, ${machine.cores} cores, ${machine.memory}; ${machine.system}; Node ${machine.node}. ${describeQuiet(machine)}`,
    '',
    ...(ran.length > 0
      ? [`${versions.join('; ')}. Lenslet took part as ${[...new Set(ours)].join(', ') || 'nothing'}.`, '']
      : []),
    `Times are the least of ${rounds} rounds (of heavy rows at most 3) in which the contenders take turns, with the median of the rounds behind it. "Lenslet is" is the ratio of the least times, with the wide kernels that the command line uses and with the narrow ones that a page gets; behind it the median, lowest and highest ratio within a round. Above 1 Lenslet is faster; below 1, in italics, it is slower. Outputs were compared in the same run: the greatest difference over the root mean square; after training the root mean square of the difference of the weights' changes over that of the changes. GFLOP/s count the direct convolution's multiplications and additions, whatever the algorithm. CPU ms is what a run took of all cores together: on a busy machine the steadier figure. Every contender is a process of its own.`,
    ...(left.length > 0 ? ['', `Not measured, for lack of time: ${left.join('; ')}.`] : []),
  ]
}

/** Every demand with what was measured: the judgment in one place. */
function demands(results: readonly Result[]): string[] {
  const judged = results.flatMap(comparisons).filter(({ target }) => target !== undefined)
  if (judged.length === 0) return []
  const lines = ['| work | Lenslet | threads | against | demanded | measured | |', '|---|---|--:|---|--:|--:|---|']
  for (const { row, ours, threads, peer, ratio, target } of judged) {
    const demanded = target?.ratio ?? 0
    lines.push(
      `| ${row.work.name} | ${forms[ours]} | ${threads} | ${peer} | ${demanded}× | ${digits(ratio.ofMinima)}× | ${ratio.ofMinima >= demanded ? 'reached' : '**missed**'} |`,
    )
  }
  return ['', '## What is demanded, and what was measured', '', ...lines]
}

/** Lenslet's forms, for people. */
const forms: Readonly<Record<string, string>> = { lenslet: 'wide', 'lenslet-narrow': 'narrow' }

function section(result: Result): string[] {
  const { row, entries } = result
  const training = row.work.kind === 'train'
  const all = comparisons(result)
  const macs = macsOf(row)
  const lines = [
    `**${row.work.name}** (\`${row.work.network}\`, N = ${row.work.batch})`,
    '',
    `| | threads | ms | CPU ms | ${training ? 'images/s' : 'GFLOP/s'} | Lenslet is | Lenslet narrow is | error |`,
    '|---|--:|--:|--:|--:|--:|--:|--:|',
  ]
  for (const entry of entries.filter(({ times }) => times.length > 0)) {
    const time = least(entry.times)
    const rate = training ? (row.work.batch / time) * 1000 : (2 * macs) / time / 1e6
    const own = all.filter(({ peer, peerThreads }) => peer === entry.peer.name && peerThreads === entry.threads)
    const ratios = Object.keys(forms).map((form) => {
      const some = own.filter(({ ours }) => ours === form)
      return some.map((comparison) => printRatio(comparison, some.length > 1)).join('; ')
    })
    lines.push(
      `| ${nameOf(entry)} | ${entry.threads} | ${digits(time)} (${digits(median(entry.times))}) | ${digits(entry.cpu)} | ${digits(rate)} | ${ratios.join(' | ')} | ${entry.error === undefined ? '' : entry.error.toExponential(0)} |`,
    )
  }
  return [...lines, '', ...missingLines(entries)]
}

/** With which kernels, or in which layout, where it says so. */
function nameOf({ peer, description = '' }: Entry): string {
  const kernels = /^wasm, (\w+) kernels/.exec(description)?.[1]
  const layout = /^(\w+) \(tried/.exec(description)?.[1]
  const manner = peer.own ? kernels : layout
  return manner === undefined ? peer.name : `${peer.name} (${manner})`
}

/** Many rows with one figure each: a line for each number of threads, a column for each peer. */
function matrix(results: readonly Result[]): string[] {
  const names = [...new Set(results.flatMap(comparisons).map(({ peer }) => peer))]
  const lines = [
    'Beside each peer: its time, what Lenslet is, and behind it what Lenslet is with its narrow kernels.',
    '',
    `| layer | | threads | Lenslet ms | GFLOP/s | narrow ms | ${names.join(' | ')} | demanded |`,
    `|---|---|--:|--:|--:|--:|${names.map(() => '--:|').join('')}---|`,
  ]
  for (const { row, entries } of results) {
    const all = comparisons({ row, entries })
    const ours = entries.filter(({ peer, times }) => peer.own && times.length > 0)
    for (const threads of new Set(ours.map((entry) => entry.threads))) {
      const [wide, narrow] = Object.keys(forms).map((form) =>
        ours.find((entry) => entry.peer.name === form && entry.threads === threads),
      )
      const own = all.filter((comparison) => comparison.threads === threads)
      const cells = names.map((name) => {
        const some = own.filter(({ peer }) => peer === name)
        const theirs = entries.find(({ peer, threads }) => peer.name === name && threads === some[0]?.peerThreads)
        if (theirs === undefined) return ''
        const ratios = some.map(({ ratio }) => emphasis(ratio.ofMinima))
        return `${digits(least(theirs.times))} ms, ${ratios.join(' / ')}`
      })
      const asked = own.flatMap(({ target, ratio }) =>
        target === undefined ? [] : [`${target.ratio}×${ratio.ofMinima >= target.ratio ? '' : ', **missed**'}`],
      )
      const time = least((wide ?? narrow)?.times ?? [])
      lines.push(
        `| ${row.work.name} | \`${row.work.network}\` | ${threads} | ${wide ? digits(least(wide.times)) : ''} | ${digits((2 * macsOf(row)) / time / 1e6)} | ${narrow ? digits(least(narrow.times)) : ''} | ${cells.join(' | ')} | ${asked.join(', ')} |`,
      )
    }
  }
  return [...lines, '']
}

function emphasis(ratio: number): string {
  const text = `${digits(ratio)}×`
  return ratio < 1 ? `*${text}*` : `**${text}**`
}

function printRatio({ ratio, threads }: Comparison, saysThreads: boolean): string {
  const { ofMinima, median: middle, low, high } = ratio
  const with_ = saysThreads ? `with ${threads} thread${threads === 1 ? '' : 's'} ` : ''
  return `${with_}${emphasis(ofMinima)} (${digits(middle)}, ${digits(low)}–${digits(high)})`
}

function missingLines(entries: readonly Entry[]): string[] {
  const reasons = new Map<string, string[]>()
  for (const { peer, threads, missing, failed } of entries) {
    const ran = entries.some((other) => other.peer === peer && other.times.length > 0)
    // Who refuses a number of threads has run with another; who failed is named in any case.
    if (missing === undefined || (ran && !failed)) continue
    const known = reasons.get(peer.name) ?? []
    const reason = ran ? `with ${threads} thread${threads === 1 ? '' : 's'}: ${missing}` : missing
    if (!known.includes(reason)) reasons.set(peer.name, [...known, reason])
  }
  if (reasons.size === 0) return []
  return [`Not measured: ${[...reasons].map(([name, why]) => `${name} (${why.join('; ')})`).join(', ')}.`, '']
}

function digits(value: number): string {
  if (value >= 100) return Math.round(value).toLocaleString('en-US')
  return value >= 10 ? value.toFixed(1) : value.toFixed(2)
}
