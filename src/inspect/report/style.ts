/** How a report looks: light and dark as the reader's system has it, and plain enough to print. */

export const style = `
:root {
  color-scheme: light dark;
  --paper: #f6f7f9; --card: #ffffff; --ink: #1b1f27; --quiet: #646b78; --line: #e2e5ea; --accent: #3b82f6; --warn: #b45309;
}
@media (prefers-color-scheme: dark) {
  :root { --paper: #11141a; --card: #1a1e26; --ink: #e8eaee; --quiet: #99a1ae; --line: #2d333e; --accent: #7aa7ff; --warn: #f0b35a; }
}
* { box-sizing: border-box; }
body {
  margin: 0; padding: 32px 20px 56px; background: var(--paper); color: var(--ink);
  font: 15px/1.5 system-ui, -apple-system, 'Segoe UI', sans-serif;
}
main { max-width: 1120px; margin: 0 auto; }
header { margin-bottom: 20px; }
h1 { font-size: 27px; line-height: 1.2; margin: 0 0 4px; letter-spacing: -0.01em; }
h2 { font-size: 16px; margin: 0 0 12px; }
p { margin: 0 0 10px; }
.quiet { color: var(--quiet); }
.small { font-size: 13px; }
.figures { display: grid; grid-template-columns: repeat(auto-fit, minmax(150px, 1fr)); gap: 12px; margin-bottom: 16px; }
.figure, section { background: var(--card); border: 1px solid var(--line); border-radius: 10px; }
.figure { padding: 12px 16px; }
.figure b { display: block; font-size: 23px; line-height: 1.25; font-weight: 650; font-variant-numeric: tabular-nums; }
.figure:first-child b { color: var(--accent); }
section { padding: 18px 20px; margin-bottom: 16px; overflow-x: auto; break-inside: avoid; }
.pair { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(420px, 100%), 1fr)); gap: 16px; }
.pair > section { margin-bottom: 16px; min-width: 0; }
.side { display: flex; flex-wrap: wrap; gap: 28px; align-items: flex-start; }
.side > * { flex: 1 1 320px; min-width: 0; }
.side > .fixed { flex: 0 1 auto; }
svg { max-width: 100%; height: auto; display: block; }
img.pixels { image-rendering: pixelated; display: block; max-width: 100%; height: auto; }
pre { margin: 0; padding: 12px 14px; border: 1px solid var(--line); border-radius: 8px; overflow-x: auto; white-space: pre-wrap; overflow-wrap: anywhere; }
pre, code { font: 13px/1.55 ui-monospace, 'SF Mono', Menlo, Consolas, monospace; }
table { border-collapse: collapse; width: 100%; font-size: 13.5px; font-variant-numeric: tabular-nums; }
th, td { padding: 4px 10px; text-align: left; border-bottom: 1px solid var(--line); white-space: nowrap; }
th { color: var(--quiet); font-weight: 550; }
tbody tr:last-child td { border-bottom: 0; }
tfoot td { font-weight: 650; border-top: 1px solid var(--quiet); border-bottom: 0; }
.right { text-align: right; }
td.wrap { white-space: normal; overflow-wrap: anywhere; }
.bar { background: var(--line); border-radius: 3px; height: 9px; min-width: 80px; }
.bar i { display: block; height: 100%; border-radius: 3px; background: var(--accent); }
ul { margin: 10px 0 0; padding-left: 20px; }
.mind { color: var(--warn); }
.gallery { display: grid; grid-template-columns: repeat(auto-fill, minmax(104px, 1fr)); gap: 14px; }
.gallery figure { margin: 0; }
.gallery img { width: 100%; border-radius: 6px; border: 1px solid var(--line); }
.gallery figcaption { font-size: 12.5px; line-height: 1.35; margin-top: 4px; }
footer { margin-top: 24px; }
@media print { body { background: none; padding: 0; } }
`
