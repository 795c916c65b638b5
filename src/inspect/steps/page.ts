/** Steps as one HTML page that plays by itself and needs nothing else: no other file, no network. */

import { escapeText } from '../svg.ts'
import { printCell } from './number.ts'
import { script, scriptHash } from './script.ts'
import { style } from './style.ts'
import type { Grid, Panel, PanelRow, Step, StepsPage } from './types.ts'

export function stepsHtml({ title, subtitle, rows, steps, remarks }: StepsPage): string {
  const grids = new Map(
    rows.flatMap(({ panels }) => panels.flatMap((panel) => panel.grids)).map((grid) => [grid.id, grid]),
  )
  const policy = `default-src 'none'; style-src 'unsafe-inline'; script-src '${scriptHash}'`
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
${rows.map(rowHtml).join('\n')}
${remarks.length === 0 ? '' : `<ul class="remarks">${remarks.map((remark) => `<li>${escapeText(remark)}</li>`).join('')}</ul>`}
<footer class="quiet small">Space plays and pauses, the arrow keys step. Written by Lenslet. This page is complete: it loads nothing.</footer>
</main>
${playerHtml(steps.length)}
<script type="application/json" id="steps">${dataOf(steps, grids)}</script>
<script>${script}</script>
</body>
</html>
`
}

function rowHtml({ title, note, panels, asProduct }: PanelRow, index: number): string {
  const heading = title === undefined ? '' : `<h2>${escapeText(title)}</h2>`
  const says = note === undefined ? '' : `<p class="quiet small">${escapeText(note)}</p>`
  const drawn = panels.map(panelHtml)
  if (asProduct) {
    // As on paper: the right factor above the product, the left one beside it; the words have the corner.
    const [right, left, product] = drawn
    return `<section><div class="product"><div class="says">${heading}${says}</div>${right}${left}${product}</div></section>`
  }
  const arithmetic = index === 0 ? '<div class="panel step"><h3>This step</h3><div class="arithmetic"></div></div>' : ''
  return `<section>${heading}${says}<div class="panels">${drawn.join('')}${arithmetic}</div></section>`
}

function panelHtml({ title, note, grids, small }: Panel): string {
  const says = note === undefined ? '' : `<p class="quiet small">${escapeText(note)}</p>`
  const width = widthOf(grids)
  const drawn = grids.map((grid) => gridHtml(grid, width)).join('')
  // A box that scrolls must be reachable by keyboard.
  return `<div class="panel${small ? ' tiny' : ''}"><h3>${escapeText(title)}</h3>${says}<div class="scroll" tabindex="0"><div class="grids">${drawn}</div></div></div>`
}

function gridHtml(grid: Grid, width: string): string {
  const { id, caption, rows, columns, values, isPadding } = grid
  const cells = Array.from({ length: rows * columns }, (_, index) => {
    const value = values[index] as number
    if (isPadding?.(index)) return `<b class="p">${printCell(value)}</b>`
    const shade = shadeOf(grid, value)
    const sign = shade < 0 ? ' class="n"' : ''
    return `<b${sign}${shade === 0 ? '' : ` style="--s:${Math.abs(shade)}"`}>${printCell(value)}</b>`
  })
  return `<figure class="${width}"><figcaption>${escapeText(caption)}</figcaption><div class="cells" id="${id}" style="--n:${columns}">${cells.join('')}</div></figure>`
}

/** Cells that hold the longest number of a panel. */
function widthOf(grids: readonly Grid[]): string {
  let [longest, hasExponent] = [0, false]
  for (const { values } of grids)
    for (let i = 0; i < values.length; i++) {
      const text = printCell(values[i] as number)
      longest = Math.max(longest, text.length)
      if (text.includes('e')) hasExponent = true
    }
  if (longest <= 3) return 'narrow'
  return longest === 4 ? 'middle' : hasExponent ? 'broadest' : 'broad'
}

/** −1 to 1, to two decimals. */
function shadeOf({ scale }: Grid, value: number): number {
  const share = scale > 0 && Number.isFinite(value) ? Math.max(-1, Math.min(1, value / scale)) : 0
  return Math.round(100 * share) / 100
}

/** What the script reads; `<` is escaped, so that no text can end the element. */
function dataOf(steps: readonly Step[], grids: ReadonlyMap<string, Grid>): string {
  const data = {
    steps: steps.map(({ boxes, cells = [], terms, total }) => ({
      boxes: boxes.map(({ grid, kind, top, left, rows, columns }) => [grid, kind, top, left, rows, columns]),
      cells: cells.map(({ grid, kind, index }) => [grid, kind, index]),
      terms: [...terms, { ...total, how: '' }].map(({ what, how = '', value }) => [what, printCell(value), how]),
    })),
    fills: steps.map(({ fills }) =>
      fills.map(({ grid, index, value }) => [grid, index, printCell(value), shadeOf(grids.get(grid) as Grid, value)]),
    ),
  }
  return JSON.stringify(data).replaceAll('<', '\\u003c')
}

const icon = (name: string, path: string) =>
  `<svg class="${name}" viewBox="0 0 16 16" aria-hidden="true"><path d="${path}"/></svg>`

function playerHtml(count: number): string {
  const button = (label: string, ...icons: readonly string[]) =>
    `<button type="button" aria-label="${label}" title="${label}">${icons.join('')}</button>`
  return `<div class="player" role="group" aria-label="Player" hidden><div>
${button('Play', icon('play', 'M4 2.5v11l9-5.5z'), icon('pause', 'M4 2.5h3v11H4zM9 2.5h3v11H9z'))}
${button('First step', icon('', 'M3 3h2v10H3zM13 3v10L6 8z'))}
${button('Step back', icon('', 'M11.5 3v10L4.500 8z'))}
${button('Step', icon('', 'M4.500 3v10l7-5z'))}
${button('Last step', icon('', 'M11 3h2v10h-2zM3 3v10l7-5z'))}
<input type="range" min="0" max="${Math.max(0, count - 1)}" value="0" aria-label="Step">
<output></output>
<select aria-label="Speed"><option value="0.5">½ step/s</option><option value="1" selected>1 step/s</option><option value="2">2 steps/s</option><option value="5">5 steps/s</option></select>
</div></div>`
}
