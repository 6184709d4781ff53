import { expect, it } from 'vitest'
import { retryAfter } from '../../../src/provider/retry-after.ts'

const NOW = Date.parse('2026-11-21T12:00:00Z')

it.each<[string, Record<string, string>, unknown, number | undefined]>([
  ['nothing', {}, undefined, undefined],
  ['seconds', { 'retry-after': '2' }, undefined, 2000],
  ['parts of a second', { 'retry-after': '0.25' }, undefined, 250],
  ['zero', { 'retry-after': '0' }, undefined, 0],
  ['an hour', { 'retry-after': '3600' }, undefined, 3_600_000],
  ['a negative number', { 'retry-after': '-5' }, undefined, undefined],
  ['no number', { 'retry-after': 'NaN' }, undefined, undefined],
  ['an empty header', { 'retry-after': '' }, undefined, undefined],
  ['milliseconds before seconds', { 'retry-after-ms': '1500', 'retry-after': '9' }, undefined, 1500],
  ['the other name for milliseconds', { 'x-ms-retry-after-ms': '700', 'retry-after': '9' }, undefined, 700],
  ['a date, by our clock', { 'retry-after': 'Sat, 21 Nov 2026 12:00:07 GMT' }, undefined, 7000],
  ['a date, by the clock of the answer',
    { 'retry-after': 'Sat, 21 Nov 2026 15:00:07 GMT', date: 'Sat, 21 Nov 2026 15:00:00 GMT' }, undefined, 7000],
  ['a date that is over', { 'retry-after': 'Sat, 21 Nov 2026 11:00:00 GMT' }, undefined, 0],
  ['the reset of a limit that is used up',
    { 'anthropic-ratelimit-requests-remaining': '0', 'anthropic-ratelimit-requests-reset': '2026-11-21T12:00:30Z' }, undefined, 30_000],
  ['no reset of a limit that is not',
    { 'anthropic-ratelimit-requests-remaining': '3', 'anthropic-ratelimit-requests-reset': '2026-11-21T12:00:30Z' }, undefined, undefined],
  ['the later of two resets',
    { 'x-ratelimit-remaining-requests': '0', 'x-ratelimit-reset-requests': '1s',
      'x-ratelimit-remaining-tokens': '0', 'x-ratelimit-reset-tokens': '6m0s' }, undefined, 360_000],
  ['a delay in the body', {}, { error: { details: [{ '@type': 'x' }, { retryDelay: '12.5s' }] } }, 12_500],
  ['nonsense in the body', {}, { error: { details: [{ retryDelay: 'soon' }] } }, undefined],
])('%s', (_name, headers, body, expected) => {
  expect(retryAfter(new Headers(headers), body, NOW)).toBe(expected)
})
