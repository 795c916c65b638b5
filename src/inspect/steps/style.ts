/** How a page of steps looks: light and dark as the reader's system has it, on a phone, too. */

export const style = `
:root {
  color-scheme: light dark;
  --paper: #fafaf9; --card: #fff; --ink: #1c1e22; --quiet: #62676f; --line: #e4e5e7; --cellline: #d3d6da; --cellpaper: #fff; --padpaper: #f1f2f3;
  --plus: 240 138 36; --minus: 59 130 246; --in: #2563eb; --weight: #c2410c; --out: #15803d;
}
@media (prefers-color-scheme: dark) {
  :root {
    --paper: #121417; --card: #191c20; --ink: #e6e7e9; --quiet: #9aa0a8; --line: #2c3036; --cellline: #383d45; --cellpaper: #1e2227; --padpaper: #15181b;
    --in: #7fa9ff; --weight: #fb9a5b; --out: #4ade80;
  }
}
* { box-sizing: border-box; }
html { -webkit-text-size-adjust: 100%; }
body { margin: 0; padding: 32px 24px 110px; background: var(--paper); color: var(--ink); font: 15px/1.5 system-ui, -apple-system, 'Segoe UI', Roboto, sans-serif; }
main { max-width: 1120px; margin: 0 auto; }
h1 { font-size: 24px; line-height: 1.25; font-weight: 650; margin: 0 0 4px; letter-spacing: -0.01em; overflow-wrap: anywhere; }
h2 { font-size: 16px; font-weight: 650; margin: 0 0 4px; }
h3 { font-size: 13.5px; font-weight: 600; margin: 0; }
p { margin: 0; }
header { margin-bottom: 20px; }
.quiet, .remarks { color: var(--quiet); }
.small { font-size: 13px; }
.remarks { margin: 0 2px; padding-left: 18px; font-size: 13px; }
section { background: var(--card); border: 1px solid var(--line); border-radius: 10px; padding: 18px 20px; margin-bottom: 16px; min-width: 0; }
.panels { display: flex; flex-wrap: wrap; gap: 24px 36px; align-items: flex-start; }
p + .panels { margin-top: 14px; }
.panel { min-width: 0; max-width: 100%; }
.panel > p { min-height: 1.5em; }
.scroll { overflow: auto; max-width: calc(100% + 3px); margin: 5px 0 -3px -3px; }
.tiny .scroll { max-height: 722px; }
.scroll:focus-visible { outline: 2px solid var(--in); border-radius: 4px; }
.grids { display: flex; flex-direction: column; gap: 14px; width: max-content; padding: 3px; }
.product { display: grid; grid-template-columns: minmax(0, max-content) minmax(0, max-content); gap: 20px 32px; align-items: end; justify-content: start; }
.product > .says { align-self: start; max-width: 60ch; }
.product > .panel:last-child, .product > .panel:nth-child(3) { align-self: start; }
figure { margin: 0; --cell: 34px; font-size: 12.5px; }
figure.middle { --cell: 38px; }
figure.broad { --cell: 44px; }
figure.broadest { --cell: 50px; }
.tiny figure { --cell: 26px; font-size: 9.5px; letter-spacing: -0.02em; }
.tiny .middle { --cell: 28px; }
.tiny .broad { --cell: 33px; }
.tiny .broadest { --cell: 37px; }
figcaption { font: 12px/1.4 ui-monospace, 'SF Mono', Menlo, Consolas, monospace; color: var(--quiet); margin-bottom: 3px; }
.cells { position: relative; display: grid; grid-template-columns: repeat(var(--n), var(--cell)); width: max-content; border: solid var(--cellline); border-width: 1px 0 0 1px; font-variant-numeric: tabular-nums; }
.cells b { height: var(--cell); display: grid; place-items: center; font-weight: 450; border: solid var(--cellline); border-width: 0 1px 1px 0; background: rgb(var(--plus) / calc(var(--s, 0) * 0.5)), var(--cellpaper); background: linear-gradient(rgb(var(--plus) / calc(var(--s, 0) * 0.55)) 0 0), var(--cellpaper); overflow: hidden; transition: color 0.2s; }
.cells b.n { background: linear-gradient(rgb(var(--minus) / calc(var(--s, 0) * 0.55)) 0 0), var(--cellpaper); }
.cells b.p { background: var(--padpaper); color: var(--quiet); opacity: 0.75; }
.cells b.in, .cells b.weight, .cells b.out { font-weight: 700; box-shadow: inset 0 0 0 2px var(--mark); }
.in { --mark: var(--in); } .weight { --mark: var(--weight); } .out { --mark: var(--out); }
.cells i { position: absolute; pointer-events: none; top: calc(var(--y) * var(--cell) - 2px); left: calc(var(--x) * var(--cell) - 2px); height: calc(var(--h) * var(--cell) + 3px); width: calc(var(--w) * var(--cell) + 3px); border: 2.5px solid var(--mark); border-radius: 4px; transition: top 0.25s, left 0.25s, opacity 0.2s; }
.cells i[hidden] { display: block; opacity: 0; }
.step { flex: 1 1 280px; }
.arithmetic { font-variant-numeric: tabular-nums; margin-top: 8px; }
.arithmetic > div { display: grid; grid-template-columns: minmax(0, 1fr) max-content; gap: 0 16px; padding: 7px 0; border-top: 1px solid var(--line); font-size: 14px; line-height: 1.5; }
.arithmetic > :first-child { border-top: 0; }
.arithmetic span { overflow-wrap: anywhere; }
.arithmetic span:nth-child(3) { grid-column: 1 / -1; color: var(--quiet); font-size: 12.5px; }
.arithmetic > :last-child { font-weight: 650; font-size: 16px; border-top-color: var(--quiet); color: var(--out); }
.player { position: fixed; inset: auto 0 0; background: var(--card); border-top: 1px solid var(--line); padding: 10px 24px calc(10px + env(safe-area-inset-bottom)); }
.player > div { max-width: 1120px; margin: 0 auto; display: flex; flex-wrap: wrap; align-items: center; gap: 8px 14px; }
.player button { width: 38px; height: 36px; display: grid; place-items: center; padding: 0; background: none; color: inherit; border: 1px solid var(--line); border-radius: 8px; cursor: pointer; }
.player button:hover { border-color: var(--quiet); }
.player button:first-of-type { width: 46px; background: var(--in); border-color: var(--in); color: var(--card); }
.player :focus-visible { outline: 2px solid var(--in); outline-offset: 2px; }
.player svg { width: 16px; height: 16px; fill: currentColor; }
.player input { flex: 1 1 140px; min-width: 80px; accent-color: var(--in); }
.player select { font: inherit; font-size: 13px; color: inherit; background: var(--card); border: 1px solid var(--line); border-radius: 7px; padding: 5px 4px; }
.player output { min-width: 6.5em; font-size: 13px; font-variant-numeric: tabular-nums; color: var(--quiet); }
.pause, .playing .play { display: none; } .playing .pause { display: block; }
footer { margin: 20px 2px 0; }
@media (max-width: 640px) {
  body { padding: 20px 12px 120px; }
  section { padding: 14px; }
  figure { --cell: 30px; font-size: 11px; }
  figure.middle { --cell: 33px; }
  figure.broad { --cell: 37px; }
  figure.broadest { --cell: 43px; }
  .panels { gap: 18px 22px; }
  .product { grid-template-columns: minmax(0, 1fr); }
  .player { padding: 8px 12px; }
}
@media (prefers-reduced-motion: reduce) { .cells i, .cells b { transition: none; } }
@media print { .player { display: none; } body { padding: 0; } .scroll { overflow: visible; max-height: none; } }
`
