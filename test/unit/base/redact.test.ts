import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createRedactor } from '../../../src/base/redact.ts'

const KEY = 'sk-ant-api03-Zx9/+q?="ü\\-canary-0123456789'

function streamed(secrets: readonly string[], chunks: readonly string[]): string {
  const stream = createRedactor(secrets).stream()
  return chunks.map((chunk) => stream.push(chunk)).join('') + stream.end()
}

describe('a redactor', () => {
  const redactor = createRedactor([KEY])
  const bytes = Buffer.from(KEY)

  it.each([
    ['as it is', KEY],
    ['in base64', bytes.toString('base64')],
    ['in base64 for addresses', bytes.toString('base64url')],
    ['in hexadecimal', bytes.toString('hex')],
    ['in upper-case hexadecimal', bytes.toString('hex').toUpperCase()],
    ['percent-encoded', encodeURIComponent(KEY)],
    ['percent-encoded in lower case', encodeURIComponent(KEY).replace(/%../g, (byte) => byte.toLowerCase())],
    ['as a form field', new URLSearchParams([['', KEY]]).toString().slice(1)],
    ['escaped for JSON', JSON.stringify(KEY).slice(1, -1)],
    ['escaped for JSON twice', JSON.stringify(JSON.stringify(KEY).slice(1, -1)).slice(1, -1)],
    ['escaped for JSON in ASCII', JSON.stringify(KEY).slice(1, -1).replace('ü', '\\u00fc')],
  ])('finds a secret %s', (_form, disguised) => {
    expect(redactor.text(`[${disguised}]`)).toBe('[***]')
  })

  it.each([0, 1, 2, 3, 4, 5])('finds a secret in the base64 of something longer, %i bytes in', (offset) => {
    for (const encoding of ['base64', 'base64url'] as const) {
      const text = redactor.text(Buffer.from(`${'u'.repeat(offset)}${KEY}:password`).toString(encoding))
      expect(text).toMatch(/^.{0,8}\*\*\*.{10,16}$/)
    }
  })

  it('finds a long secret in base64 that was broken into lines', () => {
    const long = `${KEY}${KEY.toUpperCase()}${KEY}`
    const lines = Buffer.from(long).toString('base64').match(/.{1,76}/g) ?? []
    expect(createRedactor([long]).text(lines.join('\n'))).toBe(lines.map(() => '***').join('\n'))
  })

  it('finds each line of a secret of several lines', () => {
    const pem = '-----BEGIN KEY-----\nMIIEvQIBADANBg\r\n  kqhkiG9w0BAQEF\n-----END KEY-----\n'
    expect(createRedactor([pem]).text('x MIIEvQIBADANBg y\n kqhkiG9w0BAQEF')).toBe('x *** y\n ***')
    expect(createRedactor([pem]).text(`a${pem}b`)).toBe('a***b')
  })

  it('takes the longest of several secrets that begin alike, and all of those that overlap', () => {
    expect(createRedactor(['token', 'token-long']).text('token-long token')).toBe('*** ***')
    expect(createRedactor(['abcd', 'cdefgh']).text('<abcdefgh>')).toBe('<***>')
    expect(createRedactor(['secret']).text('secretsecret')).toBe('******')
  })

  it('ignores secrets that are too short and changes nothing without one', () => {
    const none = createRedactor(['', 'abc', 'a\nb'])
    expect(none.text('abc a b')).toBe('abc a b')
    const value = { a: ['abc'] }
    expect(none.json(value)).toBe(value)
    expect(streamed(['abc'], ['ab', 'c'])).toBe('abc')
  })

  it('redacts texts and keys of a value, however deep, and leaves numbers and strange keys alone', () => {
    const value = JSON.parse('{"__proto__":{"k":"my 12345678"},"12345678":[12345678,null,true,["12345678"]]}') as object
    const redacted = createRedactor(['12345678']).json(value)
    expect(JSON.stringify(redacted)).toBe('{"***":[12345678,null,true,["***"]],"__proto__":{"k":"my ***"}}')
  })

  it('marks otherwise where the usual mark could complete a secret', () => {
    expect(createRedactor(['abcd', 'x****']).text('x*abcd')).toBe('x*###')
  })

  it('escapes what regular expressions mean', () => {
    expect(createRedactor(['a.+(b)[c]$^|\\{2}?']).text('a.+(b)[c]$^|\\{2}? aab')).toBe('*** aab')
  })
})

describe('a stream of a redactor', () => {
  it('gives out at once what cannot be the beginning of a secret', () => {
    const stream = createRedactor([KEY]).stream()
    expect(stream.push('building…\nsk-an')).toBe('building…\n')
    expect(stream.push('other')).toBe('sk-another')
    expect(stream.end()).toBe('')
  })

  it('holds back no more than a secret, even where secrets overlap without end', () => {
    const stream = createRedactor(['aaaa']).stream()
    let out = ''
    for (let count = 0; count < 1000; count += 1) out += stream.push('aaaaaaa')
    expect(out + stream.end()).toBe('***')
  })

  it('ends with the rest that was no secret after all', () => {
    expect(streamed(['secret'], ['my sec'])).toBe('my sec')
  })

  it('is what the whole text gives, however it is split, and holds no secret', () => {
    const letters = fc.constantFrom('a', 'b', '*', '#', 'Y')
    const secret = fc.string({ unit: letters, minLength: 4, maxLength: 7 })
    const cases = fc.record({
      secrets: fc.array(secret, { minLength: 1, maxLength: 4 }),
      filler: fc.array(fc.string({ unit: letters, maxLength: 6 }), { maxLength: 8 }),
      cuts: fc.infiniteStream(fc.integer({ min: 1, max: 9 })),
    })
    fc.assert(
      fc.property(cases, ({ secrets, filler, cuts }) => {
        const whole = filler.map((text, index) => text + disguise(secrets[index % secrets.length] ?? '', index)).join('')
        const redactor = createRedactor(secrets)
        const out = streamed(secrets, split(whole, cuts))
        expect(out).toBe(redactor.text(whole))
        for (const hidden of secrets) expect(out).not.toContain(hidden)
        expect(redactor.text(out)).toBe(out)
      }),
      { numRuns: 2000 },
    )
  })
})

function disguise(secret: string, index: number): string {
  return [secret, Buffer.from(secret).toString('base64'), Buffer.from(secret).toString('hex'), encodeURIComponent(secret)][index % 4] ?? ''
}

function split(text: string, cuts: Iterable<number>): string[] {
  const chunks: string[] = []
  let rest = text
  for (const length of cuts) {
    if (rest === '') break
    chunks.push(rest.slice(0, length))
    rest = rest.slice(length)
  }
  return chunks
}
