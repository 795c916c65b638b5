/** The page's markup and styles. Nothing of the model is in them: its names are put in as text when it runs. */

const policy = [
  "default-src 'none'",
  "script-src 'unsafe-inline' 'wasm-unsafe-eval' blob:",
  "style-src 'unsafe-inline'",
  'img-src blob: data:',
  'media-src blob:',
  'worker-src blob:',
].join('; ')

export const head = `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<title>Image classifier</title>
<style>
:root { color-scheme: light dark; --ink: #1a1a1a; --soft: #5f5f5f; --line: #d8d8d8; --paper: #fff; --accent: #0072b2 }
@media (prefers-color-scheme: dark) {
  :root { --ink: #ededed; --soft: #a8a8a8; --line: #3d3d3d; --paper: #161616; --accent: #56b4e9 }
}
* { box-sizing: border-box }
[hidden] { display: none !important }
body { margin: 0 auto; max-width: 880px; padding: 32px 16px; background: var(--paper); color: var(--ink); font: 14px/1.5 system-ui, sans-serif }
h1 { margin: 0 0 8px; font-size: 28px; font-weight: 600; line-height: 1.2; overflow-wrap: anywhere }
p { margin: 0; color: var(--soft); overflow-wrap: anywhere }
nav { display: flex; flex-wrap: wrap; gap: 8px; margin: 24px 0 16px }
button, .file { padding: 8px 16px; border: 1px solid var(--line); border-radius: 6px; background: none; color: inherit; font: inherit; cursor: pointer }
button:hover, .file:hover { border-color: var(--accent) }
button:focus-visible, .file:focus-within, canvas:focus-visible { outline: 2px solid var(--accent); outline-offset: 2px }
.file input { position: absolute; opacity: 0; width: 1px }
main { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(280px, 100%), 1fr)); gap: 24px }
#stage { position: relative; min-height: 280px; border: 1px solid var(--line); border-radius: 6px; display: grid; place-items: center; overflow: hidden }
#stage.over { border-color: var(--accent) }
#stage img, #stage video { max-width: 100%; max-height: 420px }
#draw { width: 280px; height: 280px; max-width: 100%; touch-action: none; cursor: crosshair }
ol { list-style: none; margin: 0; padding: 0 }
li { display: grid; grid-template-columns: 1fr auto; gap: 0 16px; padding: 8px 0; border-bottom: 1px solid var(--line); font-variant-numeric: tabular-nums }
li span { overflow-wrap: anywhere }
li i { grid-column: 1 / 3; height: 4px; margin-top: 4px; border-radius: 2px; background: var(--accent) }
#message { margin-top: 16px; min-height: 21px }
</style>
`

export const body = `<h1 id="title">Image classifier</h1>
<p id="about"></p>
<nav>
<label class="file">Open an image<input id="file" type="file" accept="image/*"></label>
<button id="camera" type="button">Use the camera</button>
<button id="pen" type="button">Draw</button>
<button id="clear" type="button" hidden>Clear the drawing</button>
<label id="negative" hidden><input id="dark" type="checkbox"> dark on light</label>
</nav>
<main>
<div id="stage"><p id="hint">Drop an image here</p><img id="photo" alt="The image" hidden><video id="video" muted playsinline hidden></video><canvas id="draw" width="280" height="280" tabindex="0" aria-label="Drawing" hidden></canvas></div>
<ol id="answer" aria-live="polite"></ol>
</main>
<p id="message" role="status">Loading the model</p>
`
