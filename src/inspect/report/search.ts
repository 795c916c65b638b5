/** A search as one HTML page that needs nothing else: a picture of the trials, and a table. */

import type { TextTable } from '../costTable.ts'
import { type ParallelAxis, type ParallelLine, parallelSvg } from '../parallel.ts'
import { escapeText } from '../svg.ts'
import { commandHtml, figuresHtml, noteHtml, pairsHtml, scrolling, section, tableHtml } from './html.ts'
import { script, scriptHash } from './script.ts'
import { style } from './style.ts'

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
  const policy = `default-src 'none'; style-src 'unsafe-inline'; script-src '${scriptHash}'`
  const drawn = parallelSvg(`Trials of ${title}`, axes, lines)
  const says = 'A line for each trial. The best is the thickest; dashed lines are trials that did not go on to the end.'
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<title>${escapeText(title)}</title>
<style>${style}</style>
</head>
<body>
<main>
<header><h1>${escapeText(title)}</h1><p class="quiet">${escapeText(subtitle)}</p></header>
${figuresHtml(figures)}
${section('Trials', scrolling(drawn), noteHtml(says))}
${section('Results', tableHtml(table), noteHtml(note))}
${section('Next steps', next.map(commandHtml).join(''))}
${section('Settings', pairsHtml(settings))}
<footer class="quiet small">Written by Lenslet. This page is complete: it loads nothing.</footer>
</main>
<script>${script}</script>
</body>
</html>
`
}
