/** One HTML page that needs nothing else: no other file, no network. Reports of runs, and looks at models. */

import { escapeText } from '../svg.ts'
import { anchorOf } from './html.ts'
import { style } from './style.ts'

/** What a page runs, and the SHA-256 of its text in base64, `sha256-…`: the page's policy allows this text and no other. */
export interface PageScript {
  readonly text: string
  readonly hash: string
}

export interface Page {
  readonly title: string
  /** One line below the title. */
  readonly subtitle: string
  /** The few numbers that come first. */
  readonly figures: readonly { readonly value: string; readonly says: string }[]
  /** Markup, each as `section` of html.ts makes it; empty ones are left out. */
  readonly sections: readonly string[]
  readonly scripts: readonly PageScript[]
}

export function pageHtml({ title, subtitle, figures, sections, scripts }: Page): string {
  const shown = sections.filter((part) => part !== '')
  const scriptSource = scripts.length === 0 ? '' : `; script-src ${scripts.map(({ hash }) => `'${hash}'`).join(' ')}`
  const policy = `default-src 'none'; img-src data:; style-src 'unsafe-inline'${scriptSource}`
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
${contents(shown)}
${shown.join('\n')}
<footer class="quiet small">Written by Lenslet. This page is complete: it loads nothing.</footer>
</main>
${scripts.map(({ text }) => `<script>${text}</script>`).join('\n')}
</body>
</html>
`
}

function figuresHtml(figures: Page['figures']): string {
  if (figures.length === 0) return ''
  const boxes = figures.map(
    ({ value, says }) =>
      `<div class="figure"><b>${escapeText(value)}</b><span class="quiet small">${escapeText(says)}</span></div>`,
  )
  return `<div class="figures">${boxes.join('')}</div>`
}

function contents(sections: readonly string[]): string {
  const titles = sections.flatMap((part) => /<h2>(.*?)<\/h2>/.exec(part)?.[1] ?? [])
  const links = titles.map((title) => `<a href="#${anchorOf(title)}">${title}</a>`)
  return `<nav class="small" aria-label="Contents">${links.join('')}</nav>`
}
