/** What a second thread brings, to Lenslet and to its peers: the least time with one over the least time with two. */

import type { Entry, Result } from './contest.ts'
import { least } from './timing.ts'

/** Of networks; single layers are in their own table. */
export function secondThread(results: readonly Result[]): string[] {
  const own = results.filter(({ row }) => row.group !== 'layers')
  const names = [...new Set(own.flatMap(({ entries }) => entries.map(({ peer }) => peer.name)))]
  const rows = own.map(({ row, entries }) => ({
    work: row.work.name,
    gains: names.map((name) => gainOf(entries.filter(({ peer }) => peer.name === name))),
  }))
  const shown = names.filter((_, column) => rows.some(({ gains }) => gains[column] !== undefined))
  if (shown.length === 0) return []
  return [
    '',
    '## Two threads',
    '',
    'The least time with one thread over the least with two. Demanded of Lenslet on convolutional networks and free cores: 1.85.',
    '',
    `| work | ${shown.join(' | ')} |`,
    `|---|${shown.map(() => '--:|').join('')}`,
    ...rows
      .filter(({ gains }) => gains.some((gain) => gain !== undefined))
      .map(({ work, gains }) => {
        const cells = shown.map((name) => gains[names.indexOf(name)]?.toFixed(2) ?? '')
        return `| ${work} | ${cells.join(' | ')} |`
      }),
  ]
}

function gainOf(entries: readonly Entry[]): number | undefined {
  const [one, two] = [1, 2].map((threads) => entries.find((entry) => entry.threads === threads)?.times ?? [])
  if (!one?.length || !two?.length) return undefined
  return least(one) / least(two)
}
