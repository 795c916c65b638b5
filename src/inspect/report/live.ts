/**
 * The report of a training that goes on: a page that gets its contents again and again from the server that sent it, and from
 * nowhere else.
 */

import { escapeText } from '../svg.ts'
import { figuresHtml } from './html.ts'
import { style } from './style.ts'
import { type TrainingData, trainingSection } from './training.ts'
import { weightsSection } from './weights.ts'

export interface LiveData extends TrainingData {
  /** What is trained on what. */
  readonly title: string
  readonly figures: readonly { readonly value: string; readonly says: string }[]
  /** Sentences below the figures: where the report will be. */
  readonly notes: readonly string[]
}

/** What changes: the part of the page below its title. */
export function liveHtml(data: LiveData): string {
  const notes = data.notes.map((note) => `<p class="quiet small">${escapeText(note)}</p>`).join('')
  return figuresHtml(data.figures) + notes + trainingSection(data) + weightsSection(data.records)
}

/** The script gets contents by server-sent events (HTML Standard, section 9.2): `message`, and `end` for the last. */
export const liveScript = `const contents = document.querySelector('#contents')
const state = document.querySelector('#state')
const source = new EventSource('/events')
const show = (event) => { contents.innerHTML = JSON.parse(event.data) }
source.onmessage = (event) => { show(event); state.textContent = 'live' }
source.addEventListener('end', (event) => { source.close(); show(event); state.textContent = 'ended' })
source.onerror = () => { state.textContent = 'no connection: the command has ended, or is stopped' }`

/** SHA-256 of the script, in base64: the page's policy runs this text and no other. A test computes it. */
export const liveScriptHash = 'sha256-+VnoZMj9uiMnmjs9u9q/e2CnccNlPMTPfX0AMN8PtTA='

/** What the page may do: run its script, ask its own server for events, and nothing else. */
export const livePolicy = `default-src 'none'; connect-src 'self'; img-src data:; style-src 'unsafe-inline'; script-src '${liveScriptHash}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`

export function livePage(title: string): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<link rel="icon" href="data:,">
<title>${escapeText(title)}</title>
<style>${style}</style>
</head>
<body>
<main>
<header><h1>${escapeText(title)}</h1><p class="quiet" id="state" role="status">waiting for the first step</p></header>
<div id="contents"></div>
<footer class="quiet small">Sent by Lenslet on this machine.</footer>
</main>
<script>${liveScript}</script>
</body>
</html>
`
}
