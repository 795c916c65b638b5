/** Results as Markdown: every contender that ran, the better and the worse, and why others did not. */

import type { Entry, Result } from './contest.ts'
import type { Machine } from './machine.ts'
import { least, median, type Ratio, ratioOf } from './timing.ts'
import { subjectOf } from './values.ts'
import type { Row, Target } from './work.ts'

/** Is a peer's time at these threads the one to compare with ours at those? A peer with one thread has no other. */
function oursFor(entry: Entry, entries: readonly Entry[]): readonly Entry[] {
  const ours = entries.filter(({ peer, times }) => peer.name === 'lenslet' && times.length > 0)
  const alone = !entries.some((other) => other.peer === entry.peer && other.threads > 1 && other.times.length > 0)
  return ours.filter(({ threads }) => threads === entry.threads || alone)
}

export interface Comparison {
  readonly row: Row
  readonly peer: string
  readonly peerThreads: number
  readonly threads: number
  readonly ratio: Ratio
  /** Of the processors' time: with one thread on both sides, what the ratio would be on free cores. */
  readonly cpuRatio: number
  readonly error: number
  readonly target?: Target
}

export function comparisons({ row, entries }: Result): Comparison[] {
  return entries
    .filter(({ peer, times }) => peer.name !== 'lenslet' && times.length > 0)
    .flatMap((entry) =>
      oursFor(entry, entries).map((ours) => {
        const target = row.targets?.find(
          ({ peer, threads = ours.threads }) => peer === entry.peer.name && threads === ours.threads,
        )
        return {
          row,
          peer: entry.peer.name,
          peerThreads: entry.threads,
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
  judged: 'What the first milestone is held to',
  layers: 'Layers, batch 1',
  networks: 'Networks, forward',
  training: 'Training steps',
}

export function report(results: readonly Result[], machine: Machine, command: string, rounds: number): string {
  const lines = heading(results, machine, command, rounds)
  for (const [group, title] of Object.entries(titles)) {
    const own = results.filter(({ row }) => row.group === group)
    if (own.length === 0) continue
    lines.push('', `## ${title}`, '', ...(group === 'layers' ? matrix(own) : own.flatMap(section)))
  }
  return `${lines.join('\n')}\n`
}

function heading(results: readonly Result[], machine: Machine, command: string, rounds: number): string[] {
  const ran = results.flatMap(({ entries }) => entries).filter(({ times }) => times.length > 0)
  const versions = [...new Set(ran.map(({ peer }) => peer))].map(
    (peer) => `${peer.name} ${peer.version()} (${peer.kind})`,
  )
  const ours = ran.filter(({ peer }) => peer.name === 'lenslet').map(({ description }) => description)
  const busy = machine.load > 0.5 ? ' **The machine was not quiet: these figures are provisional.**' : ''
  return [
    `${machine.date} UTC, commit ${machine.commit}: \`${command}\``,
    '',
    `${machine.cpu}, ${machine.cores} cores, ${machine.memory}; ${machine.system}; Node ${machine.node}. Load before the run: ${machine.load.toFixed(1)}.${busy}`,
    '',
    `${versions.join('; ')}. Lenslet: ${[...new Set(ours)].join('; ') || 'did not run'}.`,
    '',
    `Times are the least of ${rounds} rounds in which the contenders take turns, with the median of the rounds behind it. "Lenslet is" is the ratio of the least times; behind it the median, lowest and highest ratio within a round. Above 1 Lenslet is faster; below 1, in italics, it is slower. Outputs were compared in the same run: the greatest difference over the root mean square, after training that of the weights' changes. GFLOP/s count the direct convolution's multiplications and additions, whatever the algorithm. CPU ms is what a run took of all cores together: on a busy machine the steadier figure. Every contender is a process of its own.`,
  ]
}

function section(result: Result): string[] {
  const { row, entries } = result
  const training = row.work.kind === 'train'
  const all = comparisons(result)
  const macs = macsOf(row)
  const lines = [
    `**${row.work.name}** (\`${row.work.network}\`, N = ${row.work.batch})`,
    '',
    `| | threads | ms | CPU ms | ${training ? 'images/s' : 'GFLOP/s'} | Lenslet is | error |`,
    '|---|--:|--:|--:|--:|--:|--:|',
  ]
  for (const entry of entries.filter(({ times }) => times.length > 0)) {
    const time = least(entry.times)
    const rate = training ? (row.work.batch / time) * 1000 : (2 * macs) / time / 1e6
    const own = all.filter(({ peer, peerThreads }) => peer === entry.peer.name && peerThreads === entry.threads)
    const ratios = own.map((comparison) => printRatio(comparison, own.length > 1))
    lines.push(
      `| ${entry.peer.name} | ${entry.threads} | ${digits(time)} (${digits(median(entry.times))}) | ${digits(entry.cpu)} | ${digits(rate)} | ${ratios.join('; ')} | ${own.length > 0 ? own[0]?.error.toExponential(0) : ''} |`,
    )
  }
  return [...lines, '', ...targetLines(all), ...missingLines(entries)]
}

/** Many rows with one figure each: a line for each number of threads, a column for each peer. */
function matrix(results: readonly Result[]): string[] {
  const names = [...new Set(results.flatMap(comparisons).map(({ peer }) => peer))]
  const lines = [
    'Beside each peer: its time, what Lenslet is, and in brackets the same in processor time where both have one thread.',
    '',
    `| layer | | threads | Lenslet ms | GFLOP/s | ${names.join(' | ')} | demanded |`,
    `|---|---|--:|--:|--:|${names.map(() => '--:|').join('')}---|`,
  ]
  for (const { row, entries } of results) {
    const all = comparisons({ row, entries })
    for (const ours of entries.filter(({ peer, times }) => peer.name === 'lenslet' && times.length > 0)) {
      const own = all.filter(({ threads }) => threads === ours.threads)
      const cells = names.map((name) => {
        const comparison = own.find(({ peer }) => peer === name)
        const theirs = entries.find(({ peer, threads }) => peer.name === name && threads === comparison?.peerThreads)
        if (comparison === undefined || theirs === undefined) return ''
        const cpu = ours.threads === 1 ? ` (${digits(comparison.cpuRatio)}×)` : ''
        return `${digits(least(theirs.times))} ms, ${emphasis(comparison.ratio.ofMinima)}${cpu}`
      })
      const demands = own.flatMap(({ target, ratio }) =>
        target === undefined ? [] : [`${target.ratio}×${ratio.ofMinima >= target.ratio ? '' : ', **missed**'}`],
      )
      const time = least(ours.times)
      lines.push(
        `| ${row.work.name} | \`${row.work.network}\` | ${ours.threads} | ${digits(time)} | ${digits((2 * macsOf(row)) / time / 1e6)} | ${cells.join(' | ')} | ${demands.join(', ')} |`,
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

function targetLines(all: readonly Comparison[]): string[] {
  const lines = all.flatMap(({ peer, peerThreads, threads, ratio, cpuRatio, target }) =>
    target === undefined
      ? []
      : [
          `Demanded, ${threads} thread${threads === 1 ? '' : 's'}: ${target.ratio}× ${peer}; measured ${digits(ratio.ofMinima)}×${threads === peerThreads ? ` (${digits(cpuRatio)}× in processor time)` : ''}: ${ratio.ofMinima >= target.ratio ? 'reached' : '**missed**'}.`,
        ],
  )
  return lines.length > 0 ? [lines.join(' '), ''] : []
}

function missingLines(entries: readonly Entry[]): string[] {
  const reasons = new Map<string, string[]>()
  for (const { peer, missing } of entries) {
    if (missing === undefined || entries.some((other) => other.peer === peer && other.times.length > 0)) continue
    const known = reasons.get(peer.name) ?? []
    if (!known.includes(missing)) reasons.set(peer.name, [...known, missing])
  }
  if (reasons.size === 0) return []
  return [`Not measured: ${[...reasons].map(([name, why]) => `${name} (${why.join('; ')})`).join(', ')}.`, '']
}

function digits(value: number): string {
  if (value >= 100) return Math.round(value).toLocaleString('en-US')
  return value >= 10 ? value.toFixed(1) : value.toFixed(2)
}
