/** The whole look: system fonts, colours by role, light and dark; nothing is loaded from elsewhere. */
export const STYLE = `
:root { color-scheme: light dark; --page: #fff; --text: #1f2328; --soft: #59636e; --line: #d1d9e0; --card: #f6f8fa;
  --passed: #1a7f37; --failed: #cf222e; --waiting: #9a6700; --other: #59636e; --accent: #0969da; --added: #dafbe1; --removed: #ffebe9; }
@media (prefers-color-scheme: dark) { :root { --page: #0d1117; --text: #e6edf3; --soft: #9198a1; --line: #3d444d; --card: #151b23;
  --passed: #3fb950; --failed: #f85149; --waiting: #d29922; --other: #9198a1; --accent: #4493f8; --added: #12361f; --removed: #46191c; } }
* { box-sizing: border-box; }
body { margin: 0 auto; padding: 1.5rem 1rem 4rem; max-width: 72rem; background: var(--page); color: var(--text);
  font: 15px/1.5 system-ui, sans-serif; overflow-wrap: anywhere; }
h1 { font-size: 1.5rem; margin: 0 0 .25rem; } h2 { font-size: 1.1rem; margin: 2rem 0 .5rem; } h3 { font-size: 1rem; margin: 1rem 0 .25rem; }
code, pre { font: 13px/1.45 ui-monospace, monospace; } .soft { color: var(--soft); }
.passed { color: var(--passed); } .failed, .error { color: var(--failed); } .waiting, .warning { color: var(--waiting); }
.skipped, .cancelled, .pending { color: var(--other); }
.facts { display: grid; grid-template-columns: repeat(auto-fit, minmax(9rem, 1fr)); gap: .5rem; margin: 1rem 0; padding: 0; }
.facts div { background: var(--card); border: 1px solid var(--line); border-radius: 6px; padding: .5rem .75rem; }
.facts dt { color: var(--soft); font-size: .8rem; } .facts dd { margin: 0; font-size: 1.1rem; }
.scroll { overflow-x: auto; } table { border-collapse: collapse; width: 100%; }
th, td { text-align: left; padding: .3rem .6rem; border-bottom: 1px solid var(--line); vertical-align: top; }
th.number, td.number { text-align: right; font-variant-numeric: tabular-nums; }
.chart { display: grid; grid-template-columns: minmax(6rem, 14rem) 1fr 5rem; gap: .15rem .75rem; align-items: center; }
.chart .track { position: relative; height: 1.1rem; background: var(--card); border-radius: 3px; }
.chart .bar { position: absolute; top: 0; bottom: 0; min-width: 2px; border-radius: 3px; background: currentColor; }
.chart .time { text-align: right; font-variant-numeric: tabular-nums; } .chart .name { white-space: nowrap; overflow: hidden; text-overflow: ellipsis; }
svg text { font: 13px system-ui, sans-serif; fill: var(--text); } svg rect { fill: var(--card); stroke: currentColor; stroke-width: 1.5; } svg path { fill: none; stroke: var(--soft); }
details { border: 1px solid var(--line); border-radius: 6px; margin: .5rem 0; padding: .4rem .75rem; }
summary { cursor: pointer; } details details { background: var(--card); }
pre { overflow: auto; max-height: 30rem; margin: .5rem 0; padding: .5rem; background: var(--card); border-radius: 6px; white-space: pre-wrap; }
pre .added { background: var(--added); display: block; } pre .removed { background: var(--removed); display: block; } pre .hunk { color: var(--accent); display: block; }
ul { padding-left: 1.25rem; } :focus-visible { outline: 2px solid var(--accent); }
@media (max-width: 40rem) { .chart { grid-template-columns: minmax(4rem, 7rem) 1fr 4rem; } }
`
