import { stripVTControlCharacters } from 'node:util'
import { formatDuration } from '../../base/duration.ts'
import type { KeptTexts } from '../json.ts'
import { problemLine } from '../problem-line.ts'
import type { ReportCheck, ReportStep } from '../vocabulary/report.ts'
import { html } from './markup.ts'
import type { Markup } from './markup.ts'

/** Every node with all that is known of it, folded; those that failed or wait stand open. */
export function steps(all: readonly ReportStep[], kept: ReadonlyMap<string, KeptTexts>): Markup {
  return html`${all.map((step) => card(step, kept.get(step.id) ?? {}))}`
}

function card(step: ReportStep, { stdout, stderr, patch }: KeptTexts): Markup {
  const isOpen = step.status === 'failed' || step.status === 'waiting'
  const summary = [step.kind, step.agent, step.model, step.started_at === null ? null : formatDuration(step.duration_ms), step.cost_usd === 0 ? null : `$${step.cost_usd.toFixed(4)}`]
  return html`
<details${isOpen ? html` open` : null}><summary><strong>${step.id}</strong> <span class="${step.status}">${step.status}${step.cached ? ' (cached)' : ''}</span>
<span class="soft">${summary.filter((part) => part !== null).join(' · ')}</span></summary>
${step.failure && html`<p><span class="failed">${step.failure.code}</span>: ${step.failure.message}</p>`}
${attempts(step)}${checks(step.checks)}${outputs(step)}
${step.files_changed.length > 0 && html`<p>Changed: ${step.files_changed.map((file, index) => html`${index > 0 && ', '}<code>${file}</code>`)}</p>`}
${step.commit !== null && html`<p class="soft">Commit <code>${step.commit}</code></p>`}
${patch !== undefined && fold('Changes', diff(patch.trimEnd()), step.id)}${stdout !== undefined && fold('Standard output', printed(stdout), step.id)}${stderr !== undefined && fold('Standard error', printed(stderr), step.id)}
</details>`
}

function attempts({ attempts: all }: ReportStep): Markup | null {
  if (all.length < 2) return null
  const items = all.map(({ attempt, status, duration_ms, failure }) =>
    html`<li>${attempt}: <span class="${status}">${status}</span> <span class="soft">${formatDuration(duration_ms)}</span>${failure && html` ${failure.code}: ${failure.message}`}</li>`)
  return html`<h3>Attempts</h3><ul>${items}</ul>`
}

function checks(all: readonly ReportCheck[]): Markup | null {
  if (all.length === 0) return null
  const items = all.map(({ name, status, gate, duration_ms, message, problems }) => html`
<li><span class="${status === 'failed' && gate === 'warn' ? 'warning' : status}">${status}</span> ${name} <span class="soft">${formatDuration(duration_ms)}</span>${message !== null && html` ${message}`}
${problems.length > 0 && html`<ul>${problems.map((problem) => html`<li><code>${problemLine(problem)}</code></li>`)}</ul>`}</li>`)
  return html`<h3>Checks</h3><ul>${items}</ul>`
}

function outputs({ outputs: all, id }: ReportStep): Markup | null {
  if (Object.keys(all).length === 0) return null
  return fold('Outputs', html`${JSON.stringify(all, undefined, 2)}`, id)
}

function fold(title: string, text: Markup, step: string): Markup {
  return html`<details><summary>${title}</summary><pre tabindex="0" role="region" aria-label="${title} of ${step}">${text}</pre></details>`
}

/** Without what would command a terminal. */
function printed(text: string): Markup {
  return html`${stripVTControlCharacters(text)}`
}

function diff(patch: string): Markup {
  return html`${patch.split('\n').map((line) => {
    const kind = /^(\+\+\+|---|diff |index )/.test(line) ? null : line.startsWith('+') ? 'added' : line.startsWith('-') ? 'removed' : line.startsWith('@@') ? 'hunk' : null
    return kind === null ? html`${line}\n` : html`<span class="${kind}">${line}</span>`
  })}`
}
