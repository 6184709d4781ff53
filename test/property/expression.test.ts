import { spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import * as fc from 'fast-check'
import { afterAll, describe, expect, it } from 'vitest'
import type { Json } from '../../src/base/json.ts'
import { loadExpressions } from '../../src/pipeline/expression-load.ts'
import type { Scope } from '../../src/pipeline/expression.ts'
import { scriptFaults } from '../../src/pipeline/script-check.ts'
import { compileScript, renderVariables } from '../../src/pipeline/script.ts'
import { scanTemplate } from '../../src/pipeline/template.ts'

const expressions = await loadExpressions()
/** Each starts a shell: more of them, in a longer hunt, by `ORCH_FUZZ`. */
const RUNS = Number(process.env.ORCH_FUZZ ?? 80)
const folder = mkdtempSync(join(tmpdir(), 'orch-expression-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const scopeWith = (inputs: Record<string, Json>): Scope => ({
  contexts: { inputs },
  status: { success: () => true, failure: () => false, cancelled: () => false },
})

const evaluate = (source: string, inputs: Record<string, Json>): Json | string => {
  const result = expressions.evaluate(source, scopeWith(inputs))
  return result.ok ? result.value : `! ${result.error}`
}

const nasty = fc.constantFrom('"', "'", '\\', '$', '`', '$(touch pwned)', '`touch pwned`', '\n', '\r', '\t', ' ', '*', '?', '[a-z]', '~', '-rf', '--', ';', '&', '|', '<', '>', '(', ')', '{', '}', '#', '!', '%s', '\u202e', '\u2066', 'é', '😀', '\u0001', '\u007f', '${{ x }}', 'EOF', '=', 'ORCH_EXPR_1')
const hostileText = fc.array(fc.oneof({ weight: 3, arbitrary: nasty }, { weight: 1, arbitrary: fc.string({ unit: 'binary', maxLength: 5 }) }), { maxLength: 30 }).map((parts) => parts.join('').replaceAll('\0', ''))

describe('a value', () => {
  const script = [
    "printf '%s\\0' \"${{ inputs.x }}\"", 'v=${{ inputs.x }}', "printf '%s\\0' \"$v\"", 'v="<${{ inputs.x }}>"', "printf '%s\\0' \"$v\"", "printf '%s\\0' \"$GIVEN\"",
    "printf '%s\\0' \"$(printf '%s.' \"${{ inputs.x }}\")\"", "cat <<END_OF_IT\n${{ inputs.x }}\nEND_OF_IT\nprintf '\\0'",
  ].join('\n')

  const reaches = (shell: string, x: string): void => {
    const compiled = compileScript(script)
    const env = renderVariables(compiled, expressions, scopeWith({ x }))
    const given = expressions.text('${{ inputs.x }}', scopeWith({ x }))
    if (!env.ok || !given.ok) throw new Error('the value was refused')
    const done = spawnSync(shell, ['-c', compiled.script], { cwd: folder, env: { PATH: process.env.PATH, GIVEN: given.value, ...env.value }, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] })
    expect(done.stdout.split('\0')).toEqual([x, x, `<${x}>`, x, `${x}.`, `${x}\n`, ''])
    expect(existsSync(join(folder, 'pwned'))).toBe(false)
  }

  it.each(['bash', 'sh'])('reaches a script of %s unchanged', (shell) => {
    fc.assert(fc.property(hostileText, (x) => reaches(shell, x)), { numRuns: 60, examples: [['\n'], ['x\n\n'], ['-n'], ['\\'], ['']] })
  }, 120_000)

  it.each(['bash', 'sh'])('of 100 kB reaches a script of %s unchanged', (shell) => {
    reaches(shell, '"$(touch pwned)`\'\\\n * é'.repeat(4_300))
  }, 60_000)
})

describe('any script', () => {
  const fragment = fc.constantFrom(
    '${{ inputs.x }}', '${{ inputs.x }}', '${{ inputs.x }}', '"', "'", '`', '$(', ')', '((', '))', '$((', '${v', '${v:', '${v[', '}', '[', ']', '[[ ', ' ]]', ' -eq ', ' == ', '\n', '; ', ' | ', ' && ', ' || ', ' & ', '\\', '$', '#', ' ', ' ', 'echo ', 'eval ', 'bash -c ', 'bash ',
    'let ', 'declare -i ', 'v=', 'a=(', 'a[', ']=', 'case x in ', ' esac', ';;', 'x) ', 'if ', 'then ', 'fi', 'for i in ', 'do ', 'done', '{ ', '}', 'cat <<A\n', 'cat <<-"A"\n', '\nA\n', ' <<< ', ' > out ', ' < out ', '<(', 'read ', 'unset ', 'local ', "$'", '$"', '!', '=', '+', '1', '-v ', 'test ', '[ ', 'printf -v ',
  )
  const script = fc.array(fragment, { minLength: 1, maxLength: 14 }).map((parts) => parts.join(''))

  it('compiles to one variable for each expression, and keeps all other text in its order', () => {
    fc.assert(
      fc.property(script, (template) => {
        const segments = scanTemplate(template)
        const { script: compiled, variables } = compileScript(template)
        expect(compiled.split('${ORCH_EXPR_1}')).toHaveLength(segments.filter((segment) => segment.kind === 'expression').length + 1)
        expect(variables.length).toBeLessThanOrEqual(1)
        const bare = (text: string): string => text.replaceAll(/\\+(?=\$)|\\+$/g, '').replaceAll('${ORCH_EXPR_1}', '')
        expect(bare(compiled)).toBe(bare(segments.map((segment) => (segment.kind === 'text' ? segment.text : '${ORCH_EXPR_1}')).join('')))
        for (const fault of scriptFaults(template, expressions)) expect(template.slice(fault.start, fault.end)).toBe('${{ inputs.x }}')
      }),
      { numRuns: 3000 },
    )
  })

  // Something that evaluates, behind and inside of what a reader of quotes could stumble over.
  const core = fc.constantFrom(
    'echo $(( ${{ inputs.x }} + 1 ))', '[[ "${{ inputs.x }}" -eq 1 ]]', 'let y=${{ inputs.x }}', 'eval "echo ${{ inputs.x }}"', 'bash -c "echo ${{ inputs.x }}"', 'a=(1); echo "${a[${{ inputs.x }}]}"', 'declare -i y; y=${{ inputs.x }}',
    'bash <<Q\necho ${{ inputs.x }}\nQ\n', 'v=abc; echo "${v:${{ inputs.x }}}"', 'echo "echo ${{ inputs.x }}" | bash', 'printf -v "${{ inputs.x }}" 1', 'echo "${{ inputs.x }}"', 'echo ${{ inputs.x }}', 'for ((i=${{ inputs.x }};i<1;i++)); do break; done',
  )
  const before = fc.constantFrom(
    '', "# it's\n", 'echo "a # \\" b" # "\n', "cat <<'X'\nit's \" $(( `\nX\n", 'cat <<-X\n\tit\'s "\n\tX\n', "echo it\\'s\n", 'case a in a|b) echo ")";; (c) ;; esac\n', 'a=( ")" \'(\' )\n', 'echo ${v:-"}"} ${v#\\}}\n', "echo $'it\\'s'\n", 'echo a#b "$#" $# ${#v}\n', 'f() { :; }\n', 'echo $((1<<2))\n', 'x=`echo "\\`"\'`\n', 'echo {a,b} [x] ~ \\\n  more\n', 'cat <<A <<B\n"\nA\n\'\nB\n', '[[ a =~ ^(a|b)$ && ! ( b < c ) ]]\n',
  )
  const around = fc.constantFrom<[string, string]>(
    ['', ''], ['if true; then\n', '\nfi'], ['{ ', '\n}'], ['(', '\n)'], ['echo "$(', '\n)"'], ['echo `', '\n`'], ['for q in 1; do ', '\ndone'], ['f() { ', '\n}; f'], ['case a in a) ', '\n;; esac'], ['cat <<Z\n$(', '\n)\nZ\n'], ['true && ', ''], ['echo "${v:-$(', '\n)}"'], ['v=$(case a in a) ', '\n;; esac)'], ['! ', ''], ['cat <(', '\n)'],
  )
  const nested = fc.tuple(before, fc.array(around, { maxLength: 3 }), before, core).map(([first, wraps, second, inner]) => first + wraps.reduce((text, [open, close]) => `${open}${text}${close}`, second + inner))

  it('runs nothing that a value holds', () => {
    const value = fc.constantFrom('a[$(touch pwned)]', 'BASH_VERSINFO[$(touch pwned)]', '$(touch pwned)', '`touch pwned`', '"; touch pwned; #', "'; touch pwned; '", ')); touch pwned; ((', ']; touch pwned; [', '($(touch pwned))')
    fc.assert(
      fc.property(fc.oneof(nested, script.filter((template) => template.includes('${{'))), value, (template, x) => {
        const compiled = compileScript(template)
        const env = renderVariables(compiled, expressions, scopeWith({ x }))
        if (!env.ok) return
        spawnSync('bash', ['-c', compiled.script], { cwd: folder, env: { PATH: process.env.PATH, ...env.value }, timeout: 2000, stdio: 'ignore' })
        expect(existsSync(join(folder, 'pwned'))).toBe(false)
      }),
      { numRuns: RUNS },
    )
  }, RUNS * 2500)
})

describe('any text', () => {
  it('is parsed or refused at a place inside of it', () => {
    const piece = fc.constantFrom('inputs', '.x', "'a'", "''", '"', '(', ')', '[', ']', '*', '.', ',', '==', '!=', '<', '&&', '||', '!', ' ', '\n', '1', '-', '=', 'contains', 'constructor', '__proto__', 'true', 'null', 'NaN', '${{', '{')
    const source = fc.oneof(fc.array(piece, { maxLength: 20 }).map((parts) => parts.join('')), fc.string({ unit: 'binary' }))
    fc.assert(
      fc.property(source, (text) => {
        const parsed = expressions.parse(text)
        if (!parsed.ok) {
          expect(parsed.error.start).toBeGreaterThanOrEqual(0)
          expect(parsed.error.end).toBeLessThanOrEqual(Math.max(text.length, 1))
          expect(parsed.error.end >= parsed.error.start).toBe(true)
        }
        expressions.evaluate(text, scopeWith({ x: { y: [1, 'z'] } }))
        expressions.condition(text, scopeWith({}))
      }),
      { numRuns: 3000 },
    )
  })

  it('is cut into pieces that make it up again', () => {
    const piece = fc.constantFrom('${{', '}}', "'", "''", '\n', 'a', ' ', '$', '{', '}')
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 30 }).map((parts) => parts.join('')), (text) => {
        const again = scanTemplate(text).map((segment) => (segment.kind === 'text' ? segment.text : `\${{${segment.source}${segment.closed ? '}}' : ''}`))
        expect(again.join('')).toBe(text)
      }),
      { numRuns: 3000 },
    )
  })
})

describe('coercion', () => {
  const primitive = fc.oneof(
    fc.constant(null), fc.boolean(), fc.integer({ min: -5, max: 5 }), fc.double({ noNaN: true, noDefaultInfinity: true }),
    fc.constantFrom('', ' ', '0', '1', '-1', '1.0', '0x1', '1e0', 'true', 'false', 'null', 'a', 'A', 'b', 'ß', 'ı'),
  )
  // What GitHub's documentation says of `==`: types that differ become numbers, texts ignore the case.
  const number = (value: Json): number => (value === null ? 0 : typeof value === 'boolean' ? (value ? 1 : 0) : Number(value))
  const equal = (a: Json, b: Json): boolean => {
    if (a === null && b === null) return true
    if (typeof a === 'string' && typeof b === 'string') return a === b || a.toUpperCase() === b.toUpperCase()
    return number(a) === number(b)
  }
  const isTrue = (value: Json): boolean => !(value === null || value === false || value === 0 || value === '')

  it('compares as documented', () => {
    fc.assert(
      fc.property(primitive, primitive, (a, b) => {
        // A dotless i is no i, in capitals neither.
        fc.pre(![a, b].includes('ı') || a === b)
        expect(evaluate('inputs.a == inputs.b', { a, b })).toBe(equal(a, b))
        expect(evaluate('inputs.a != inputs.b', { a, b })).toBe(!equal(a, b))
        expect(evaluate('inputs.b == inputs.a', { a, b })).toBe(equal(a, b))
      }),
    )
  })

  it('knows what is true as documented', () => {
    fc.assert(
      fc.property(primitive, primitive, (a, b) => {
        expect(evaluate('!inputs.a', { a })).toBe(!isTrue(a))
        expect(evaluate('inputs.a && inputs.b', { a, b })).toEqual(isTrue(a) ? b : a)
        expect(evaluate('inputs.a || inputs.b', { a, b })).toEqual(isTrue(a) ? a : b)
        expect(expressions.condition('inputs.a', scopeWith({ a }))).toEqual({ ok: true, value: isTrue(a) })
      }),
    )
  })

  it('gives every JSON value back, whatever its keys', () => {
    const key = fc.oneof(fc.constantFrom('__proto__', 'constructor', 'toString', 'A', 'a', '1', ''), fc.string())
    const { value } = fc.letrec<{ value: Json }>((tie) => ({
      value: fc.oneof({ maxDepth: 4 }, primitive, fc.array(tie('value'), { maxLength: 4 }), fc.array(fc.tuple(key, tie('value')), { maxLength: 4 }).map((pairs) => Object.fromEntries(pairs) as Json)),
    }))
    fc.assert(
      fc.property(value, (a) => {
        expect(JSON.stringify(evaluate('inputs.a', { a }))).toBe(JSON.stringify(a))
        expect(evaluate('toJSON(inputs.a)', { a })).toBe(JSON.stringify(a, null, 2))
        expect(JSON.stringify(evaluate('fromJSON(toJSON(inputs.a))', { a }))).toBe(JSON.stringify(a))
        expect(({} as Record<string, unknown>).polluted).toBeUndefined()
      }),
    )
  })
})
