/** A search as one HTML page that needs nothing else: a picture of the trials, and a table. */

import type { TextTable } from '../costTable.ts'
import { type ParallelAxis, type ParallelLine, parallelSvg } from '../parallel.ts'
import { commandHtml, noteHtml, pairsHtml, scrolling, section, tableHtml } from './html.ts'
import { pageHtml } from './page.ts'
import { script, scriptHash } from './script.ts'

export interface SearchReport {
  readonly title: string
  readonly subtitle: string
  readonly figures: readonly { readonly value: string; readonly says: string }[]
  readonly axes: readonly ParallelAxis[]
  readonly lines: readonly ParallelLine[]
  /** Best first. */
  readonly table: TextTable
  /** How trials were compared and chosen. */
  readonly note: string
  readonly settings: readonly (readonly [name: string, value: string])[]
  readonly next: readonly string[]
}

export function searchHtml(data: SearchReport): string {
  const { title, subtitle, figures, axes, lines, table, note, settings, next } = data
  const drawn = parallelSvg(`Trials of ${title}`, axes, lines)
  const says = 'A line for each trial. The best is the thickest; dashed lines are trials that did not go on to the end.'
  return pageHtml({
    title,
    subtitle,
    figures,
    sections: [
      section('Trials', scrolling(drawn), noteHtml(says)),
      section('Results', tableHtml(table), noteHtml(note)),
      section('Next steps', next.map(commandHtml).join('')),
      section('Settings', pairsHtml(settings)),
    ],
    scripts: [{ text: script, hash: scriptHash }],
  })
}
