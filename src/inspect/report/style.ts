/** How a report looks: light and dark as the reader's system has it, on a phone and on paper, too. */

export const style = `
:root {
  color-scheme: light dark;
  --paper: #fafaf9; --card: #ffffff; --ink: #1c1e22; --quiet: #62676f; --line: #e4e5e7; --accent: #2563eb; --warn: #9a4a06; --code: #f4f5f6; --shade: #00000026;
}
@media (prefers-color-scheme: dark) {
  :root { --paper: #121417; --card: #191c20; --ink: #e6e7e9; --quiet: #9aa0a8; --line: #2c3036; --accent: #7fa9ff; --warn: #eeb161; --code: #121417; --shade: #000000a0; }
}
* { box-sizing: border-box; }
html { scroll-padding-top: 16px; -webkit-text-size-adjust: 100%; }
body {
  margin: 0; padding: 40px 24px 64px; background: var(--paper); color: var(--ink);
  font: 15px/1.55 system-ui, -apple-system, 'Segoe UI', Roboto, sans-serif;
}
main { max-width: 1080px; margin: 0 auto; }
header { margin-bottom: 24px; }
h1 { font-size: 26px; line-height: 1.25; font-weight: 650; margin: 0 0 4px; letter-spacing: -0.01em; overflow-wrap: anywhere; }
h2 { font-size: 16px; font-weight: 650; margin: 0 0 14px; }
h3 { font-size: 13.5px; font-weight: 600; margin: 0 0 6px; color: var(--quiet); }
p { margin: 0 0 10px; }
.quiet { color: var(--quiet); }
.small { font-size: 13px; }
.note { margin: 12px 0 0; max-width: 76ch; }
.figures { display: grid; grid-template-columns: repeat(auto-fit, minmax(140px, 1fr)); gap: 1px; margin-bottom: 16px; background: var(--line); border: 1px solid var(--line); border-radius: 10px; overflow: hidden; }
.figure { padding: 14px 18px; background: var(--card); }
.figure b { display: block; font-size: 21px; line-height: 1.3; font-weight: 620; font-variant-numeric: tabular-nums; white-space: nowrap; }
.figure:first-child b { color: var(--accent); }
nav { display: flex; flex-wrap: wrap; gap: 4px 18px; margin: 0 2px 20px; }
a { color: var(--quiet); text-decoration: none; border-bottom: 1px solid var(--line); }
a:hover, a:focus { color: var(--ink); border-bottom-color: var(--quiet); }
section { background: var(--card); border: 1px solid var(--line); border-radius: 10px; padding: 20px 22px; margin-bottom: 16px; min-width: 0; break-inside: avoid; }
.charts { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(400px, 100%), 1fr)); gap: 20px 28px; }
.charts > div { min-width: 0; }
.narrow { display: none; }
.epochs { list-style: none; margin: 16px 0 -4px; padding: 0; font-variant-numeric: tabular-nums; }
.epochs b { font-weight: 620; }
.side { display: flex; flex-wrap: wrap; gap: 24px 36px; align-items: flex-start; }
.side > * { min-width: 0; max-width: 100%; }
.side > :not(.matrix) { flex: 1 1 300px; }
.scroll {
  overflow-x: auto; max-width: 100%;
  /* A shadow at a side says that the box can be scrolled there; the covers scroll away with the contents. */
  background:
    linear-gradient(to right, var(--card) 40%, transparent) left / 28px 100% no-repeat local,
    linear-gradient(to left, var(--card) 40%, transparent) right / 28px 100% no-repeat local,
    linear-gradient(to right, var(--shade), transparent) left / 10px 100% no-repeat scroll,
    linear-gradient(to left, var(--shade), transparent) right / 10px 100% no-repeat scroll;
}
.scroll:focus-visible { outline: 2px solid var(--accent); outline-offset: 2px; border-radius: 4px; }
.tall { max-height: 640px; overflow: auto; }
.tall thead th { position: sticky; top: 0; background: var(--card); box-shadow: 0 1px 0 var(--line); }
.tall tfoot td { position: sticky; bottom: 0; background: var(--card); }
svg { display: block; }
.charts svg { width: 100%; height: auto; }
img.pixels { image-rendering: pixelated; display: block; }
pre { margin: 0; padding: 11px 14px; background: var(--code); border: 1px solid var(--line); border-radius: 7px; overflow-x: auto; white-space: pre-wrap; overflow-wrap: anywhere; }
pre + .scroll { margin-top: 16px; }
pre, code { font: 13px/1.55 ui-monospace, 'SF Mono', Menlo, Consolas, monospace; }
.command { display: flex; gap: 8px; align-items: stretch; margin-bottom: 8px; }
.command pre { flex: 1 1 auto; min-width: 0; user-select: all; }
.command button { flex: none; min-width: 76px; font: inherit; font-size: 13px; color: var(--ink); background: var(--card); border: 1px solid var(--line); border-radius: 7px; cursor: pointer; }
.command button:hover { border-color: var(--quiet); }
table { border-collapse: collapse; width: 100%; font-size: 13.5px; font-variant-numeric: tabular-nums; }
th, td { padding: 5px 10px; text-align: left; border-bottom: 1px solid var(--line); white-space: nowrap; }
th:first-child, td:first-child { padding-left: 0; }
th:last-child, td:last-child { padding-right: 0; }
th { color: var(--quiet); font-weight: 500; }
tbody tr:last-child > * { border-bottom: 0; }
tfoot td { font-weight: 620; border-top: 1px solid var(--quiet); border-bottom: 0; }
.pairs th { width: 11em; vertical-align: top; }
.right { text-align: right; }
td.wrap { white-space: normal; overflow-wrap: anywhere; }
.name { max-width: 26ch; overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
.bars { width: 26%; }
.bar { background: var(--line); border-radius: 3px; height: 7px; min-width: 60px; }
.bar i { display: block; height: 100%; border-radius: 3px; background: #3b82f6; }
ul { margin: 12px 0 0; padding-left: 20px; }
.mind { color: var(--warn); }
.gallery { display: grid; grid-template-columns: repeat(auto-fill, minmax(100px, 1fr)); gap: 18px 14px; }
.gallery.pairs-of { grid-template-columns: repeat(auto-fill, minmax(min(190px, 46%), 1fr)); }
.gallery figure { margin: 0; min-width: 0; }
.gallery img { width: 100%; border-radius: 5px; border: 1px solid var(--line); }
.looks { display: flex; flex-wrap: wrap; gap: 16px; margin-bottom: 16px; }
.looks figure { margin: 0; max-width: 100%; }
.looks img { display: block; max-width: 100%; min-width: 160px; border-radius: 5px; image-rendering: pixelated; }
.looks figcaption { font-size: 12.5px; line-height: 1.4; margin-top: 5px; }
.both { display: grid; grid-template-columns: 1fr 1fr; gap: 6px; }
.gallery figcaption { font-size: 12.5px; line-height: 1.4; margin-top: 5px; }
.gallery figcaption > div { display: flex; gap: 5px; }
.gallery figcaption .quiet { flex: none; }
.gallery .name { display: block; min-width: 0; max-width: 100%; }
details + details { border-top: 1px solid var(--line); }
details .gallery { margin: 6px 0 16px; }
summary { display: flex; gap: 10px; align-items: baseline; padding: 8px 0; cursor: pointer; font-weight: 600; }
summary::before { content: '›'; color: var(--quiet); transition: rotate 0.15s; }
details[open] > summary::before { rotate: 90deg; }
summary .quiet { font-weight: 400; font-size: 13px; white-space: nowrap; }
footer { margin: 24px 2px 0; }
@media (max-width: 640px) {
  body { padding: 24px 12px 40px; }
  h1 { font-size: 22px; }
  section { padding: 16px 14px; }
  .figures { grid-template-columns: 1fr 1fr; }
  .figure { padding: 11px 14px; }
  .figure b { font-size: 18px; }
  .wide { display: none; }
  .narrow { display: block; }
  td.name { max-width: 13ch; }
  .bars { display: none; }
  th, td { padding: 5px 6px; }
  .gallery { grid-template-columns: repeat(auto-fill, minmax(88px, 1fr)); gap: 14px 10px; }
  .pairs th { width: 7.5em; }
  .tall { max-height: 440px; }
}
@media print {
  body { background: none; padding: 0; }
  nav, button { display: none; }
  .scroll, .tall { overflow: visible; max-height: none; }
}
`
