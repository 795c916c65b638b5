/** How a page of a feature space looks: light and dark as the reader's system has it. */

export const style = `
:root { color-scheme: light dark; --paper: #fafaf9; --card: #fff; --ink: #1c1e22; --quiet: #62676f; --line: #e4e5e7; --accent: #2563eb; }
@media (prefers-color-scheme: dark) { :root { --paper: #121417; --card: #191c20; --ink: #e6e7e9; --quiet: #9aa0a8; --line: #2c3036; --accent: #7fa9ff; } }
* { box-sizing: border-box; }
html { -webkit-text-size-adjust: 100%; }
body { margin: 0; padding: 28px 24px 40px; background: var(--paper); color: var(--ink); font: 15px/1.5 system-ui, -apple-system, 'Segoe UI', Roboto, sans-serif; }
main { max-width: 1280px; margin: 0 auto; }
h1 { font-size: 24px; line-height: 1.25; font-weight: 650; margin: 0 0 4px; letter-spacing: -0.01em; overflow-wrap: anywhere; }
h2 { font-size: 13.5px; font-weight: 600; margin: 16px 0 8px; }
p { margin: 0; }
.quiet { color: var(--quiet); }
.small { font-size: 13px; }
header { display: flex; flex-wrap: wrap; gap: 12px 24px; align-items: end; justify-content: space-between; margin-bottom: 16px; }
.tabs { display: flex; border: 1px solid var(--line); border-radius: 9px; padding: 3px; background: var(--card); }
.tabs button { font: inherit; font-size: 14px; color: var(--quiet); background: none; border: 0; border-radius: 6px; padding: 5px 14px; cursor: pointer; }
.tabs button[aria-pressed=true] { background: var(--accent); color: var(--card); font-weight: 600; }
.layout { display: grid; grid-template-columns: minmax(0, 1fr) 270px; gap: 16px; align-items: start; }
.stage { position: relative; aspect-ratio: 1.25; background: var(--card); border: 1px solid var(--line); border-radius: 10px; overflow: hidden; outline-offset: 2px; }
.stage i { position: absolute; width: var(--t); height: var(--t); margin: calc(var(--t) / -2); left: calc(var(--x) * 1%); top: calc(var(--y) * 1%); background-position: calc(var(--u) * var(--t) * -1) calc(var(--v) * var(--t) * -1); background-size: calc(var(--across) * var(--t)) auto; border-radius: 4px; cursor: pointer; box-shadow: 0 0 0 2px var(--c, transparent); transition: left 0.6s, top 0.6s, opacity 0.2s; }
.stage i.off { opacity: 0.1; }
.stage i.near { z-index: 2; box-shadow: 0 0 0 2px var(--c, transparent), 0 0 0 5px var(--accent); opacity: 1; }
.stage i.on { z-index: 3; transform: scale(1.7); box-shadow: 0 0 0 2px var(--c, transparent), 0 0 0 4px var(--accent), 0 4px 18px rgb(0 0 0 / 0.45); opacity: 1; }
aside { background: var(--card); border: 1px solid var(--line); border-radius: 10px; padding: 14px 16px 16px; min-height: 200px; }
aside b { font-weight: 620; overflow-wrap: anywhere; }
.large { width: 100%; aspect-ratio: 1; background-position: calc(var(--u) * 100% / var(--last-u)) calc(var(--v) * 100% / var(--last-v)); background-size: calc(var(--across) * 100%) auto; border-radius: 6px; margin-bottom: 10px; image-rendering: pixelated; }
.neighbors { display: grid; grid-template-columns: repeat(4, 1fr); gap: 8px; }
.neighbors figure { margin: 0; font-size: 11.5px; color: var(--quiet); font-variant-numeric: tabular-nums; min-width: 0; cursor: pointer; }
.neighbors .large { margin-bottom: 2px; border-radius: 4px; box-shadow: 0 0 0 2px var(--c, transparent); }
.legend { display: flex; flex-wrap: wrap; gap: 4px 6px; margin-top: 12px; }
.legend button { font: inherit; font-size: 13px; color: inherit; background: none; border: 1px solid var(--line); border-radius: 99px; padding: 2px 11px 2px 9px; cursor: pointer; display: flex; align-items: center; gap: 6px; }
.legend button[aria-pressed=true] { border-color: var(--ink); font-weight: 600; }
.legend button::before { content: ''; width: 10px; height: 10px; border-radius: 50%; background: var(--c); }
:focus-visible { outline: 2px solid var(--accent); outline-offset: 2px; }
.remarks { color: var(--quiet); font-size: 13px; padding-left: 18px; margin: 14px 2px 0; }
footer { margin: 18px 2px 0; }
@media (max-width: 860px) { body { padding: 20px 12px 32px; } .layout { grid-template-columns: minmax(0, 1fr); } .stage { aspect-ratio: 1; } aside { min-height: 0; } .neighbors { grid-template-columns: repeat(8, 1fr); } .large { max-width: 200px; } .neighbors .large { max-width: none; } }
@media (prefers-reduced-motion: reduce) { .stage i { transition: none; } }
`
