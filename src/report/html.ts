import { formatDuration } from '../base/duration.ts'
import type { Run } from '../run/run.ts'
import { graph } from './html/graph.ts'
import { html } from './html/markup.ts'
import type { Markup } from './html/markup.ts'
import { steps } from './html/steps.ts'
import { STYLE } from './html/style.ts'
import { timeline } from './html/timeline.ts'
import { jsonReport } from './json.ts'
import type { ReportExtras } from './json.ts'
import type { Report, ReportException, ReportModel } from './vocabulary/report.ts'

/** The run as one page for people: no script, nothing from elsewhere, so it can be kept and mailed as it is. */
export function htmlReport(run: Run, extras: ReportExtras): string {
  const report = jsonReport(run, extras)
  const page = html`<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>${report.run.pipeline}: ${report.run.status}</title><style>${{ html: STYLE }}</style></head><body>
<header><h1>${report.run.pipeline}: <span class="${report.run.status}">${report.run.status}</span></h1>
<p class="soft">Run <code>${report.run.id}</code> of <code>${report.run.file}</code>, ${report.run.started_at}</p></header><main>
${facts(report)}
${section('What needs attention', exceptions(report.exceptions))}
${section('Timeline', timeline(run))}
${section('Graph', graph(run))}
${section('Cost by model', models(report.models))}
${section('Steps', steps(report.steps, extras.kept ?? new Map()))}
</main></body></html>
`
  return page.html
}

function section(title: string, body: Markup | null): Markup | null {
  return body && html`<section><h2>${title}</h2>${body}</section>`
}

function facts({ run, totals, budget, steps: all, git }: Report): Markup {
  const limit = budget.limit_usd === null ? '' : ` of $${budget.limit_usd.toFixed(2)}`
  const list: readonly (readonly [string, string])[] = [
    ['Time', formatDuration(run.duration_ms)],
    ['Cost', `$${totals.cost_usd.toFixed(4)}${limit}`],
    ['Steps passed', `${all.filter(({ status }) => status === 'passed').length} of ${all.length}`],
    ['Model calls', String(totals.requests)],
    ['Tokens in / out', `${totals.input_tokens.toLocaleString('en')} / ${totals.output_tokens.toLocaleString('en')}`],
    ...(git.head === null ? [] : [['Commit', git.head.slice(0, 12)] as const]),
  ]
  return html`<dl class="facts">${list.map(([name, value]) => html`<div><dt>${name}</dt><dd>${value}</dd></div>`)}</dl>`
}

function exceptions(all: readonly ReportException[]): Markup | null {
  if (all.length === 0) return null
  const items = all.map(({ severity, step, code, message, tried, next }) => html`
<li><strong class="${severity}">${severity}</strong> ${step !== null && html`<code>${step}</code> `}${code}: ${message}${tried.length > 1 && html`<ol class="soft">${tried.map((words) => html`<li>${words}</li>`)}</ol>`}${next !== null && html`<br><span class="soft">next:</span> <code>${next}</code>`}</li>`)
  return html`<ul>${items}</ul>`
}

function models(all: readonly ReportModel[]): Markup | null {
  if (all.length === 0) return null
  const rows = all.map((one) => html`
<tr><td>${one.model}</td><td class="number">$${one.cost_usd.toFixed(4)}</td><td class="number">${one.requests}</td><td class="number">${one.input_tokens.toLocaleString('en')}</td><td class="number">${one.cached_tokens.toLocaleString('en')}</td><td class="number">${one.output_tokens.toLocaleString('en')}</td></tr>`)
  return html`<div class="scroll" tabindex="0" role="group" aria-label="cost by model"><table><thead><tr><th>Model</th><th class="number">Cost</th><th class="number">Calls</th><th class="number">Tokens in</th><th class="number">from cache</th><th class="number">Tokens out</th></tr></thead><tbody>${rows}</tbody></table></div>`
}
