import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { loadExpressions } from '../../../src/pipeline/expression-load.ts'
import type { Scope } from '../../../src/pipeline/expression.ts'
import { compileScript, renderVariables } from '../../../src/pipeline/script.ts'

const expressions = await loadExpressions()
const folder = mkdtempSync(join(tmpdir(), 'orch-script-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const scopeWith = (x: string): Scope => ({
  contexts: { inputs: { x } },
  status: { success: () => true, failure: () => false, cancelled: () => false },
})

const environment = (template: string, x: string) => renderVariables(compileScript(template), expressions, scopeWith(x))

/** What a script with an expression in it prints, or why it was not started. */
function run(template: string, x: string, shell: readonly string[] = ['bash', '-euo', 'pipefail']): string {
  const { script } = compileScript(template)
  const env = environment(template, x)
  if (!env.ok) return `! ${env.error}`
  const [program = 'bash', ...args] = shell
  const done = spawnSync(program, [...args, '-c', script], { cwd: folder, env: { PATH: process.env.PATH, ...env.value }, encoding: 'utf8', timeout: 20_000, stdio: ['ignore', 'pipe', 'pipe'] })
  return done.stdout
}

describe('compileScript', () => {
  it('replaces every expression by a variable, one for each source', () => {
    expect(compileScript('a "${{ inputs.x }}" ${{inputs.x}} ${{ run.id }}')).toEqual({
      script: 'a "${ORCH_EXPR_1}" ${ORCH_EXPR_1} ${ORCH_EXPR_2}',
      variables: [{ name: 'ORCH_EXPR_1', source: 'inputs.x', demand: undefined }, { name: 'ORCH_EXPR_2', source: 'run.id', demand: undefined }],
    })
  })

  it('leaves a script without expressions alone', () => {
    const script = 'echo "$(( 1 + 1 ))" \'x\' ${a} $\n'
    expect(compileScript(script)).toEqual({ script, variables: [] })
  })

  it.each<[string, string]>([
    ['printf %s "${{ inputs.x }}"', 'a b'],
    ['printf %s ${{ inputs.x }}', 'ab'],
    ['v=${{ inputs.x }}; printf %s "$v"', 'a b'],
    ['v="${{ inputs.x }}"tail; printf %s "$v"', 'a btail'],
    ['printf %s "${{ inputs.x }}9abc_"', 'a b9abc_'],
    ['printf %s "pre${{ inputs.x }}"', 'prea b'],
    ['cat <<EOF\n<${{ inputs.x }}>\nEOF\n', '<a b>\n'],
    ['cat <<-EOF\n\t<${{ inputs.x }}>\n\tEOF\n', '<a b>\n'],
    ['printf %s "$(printf %s "${{ inputs.x }}")"', 'a b'],
    ['printf %s "`printf %s "${{ inputs.x }}"`"', 'a b'],
    ['printf %s "$(cat <<EOF\n${{ inputs.x }}\nEOF\n)"', 'a b'],
    ['printf %s "C:\\dir\\${{ inputs.x }}"', 'C:\\dir\\a b'],
    ['printf %s "\\\\${{ inputs.x }}"', '\\a b'],
    ['printf %s \\${{ inputs.x }}', '\\ab'],
    ['cat <<EOF\n\\${{ inputs.x }}\nEOF\n', '\\a b\n'],
    ['printf %s "`printf %s "\\${{ inputs.x }}"`"', '\\a b'],
    ['printf %s "costs $${{ inputs.x }}"', 'costs $a b'],
    ['printf %s "costs \\$${{ inputs.x }}"', 'costs $a b'],
    ['printf %s "`printf %s "$${{ inputs.x }}"`"', '$a b'],
    ['printf %s "`printf %s "\\\\${{ inputs.x }}"`"', '\\a b'],
    ['printf %s "`printf %s "\\\\\\${{ inputs.x }}"`"', '\\a b'],
    ['printf %s `printf %s \\`printf %s "${{ inputs.x }}"\\``', 'ab'],
    ['printf %s "`printf %s "\\`printf %s ${{ inputs.x }}\\`"`"', 'ab'],
    ['case "${{ inputs.x }}" in "a b"|ab) printf yes;; *) printf no;; esac', 'yes'],
    ['[[ "${{ inputs.x }}" == a* ]] && printf yes', 'yes'],
    ['a=("${{ inputs.x }}" 2); printf %s "${a[0]}"', 'a b'],
    ['declare -a a=("${{ inputs.x }}"); printf %s "${a[0]}"', 'a b'],
    ['declare -A m; m["${{ inputs.x }}"]=1; printf %s "${!m[@]}"', 'a b'],
    ['bash -c \'printf %s "$1"\' _ "${{ inputs.x }}"', 'a b'],
    ['printf %s "${nope:-${{ inputs.x }}}"', 'a b'],
    ['export V="${{ inputs.x }}"; printf %s "$V"', 'a b'],
    ['f() { local v="${{ inputs.x }}"; printf %s "$v"; }; f', 'a b'],
    ['read -r -p "${{ inputs.x }}" v <<< "${{ inputs.x }}"; printf %s "$v"', 'a b'],
    ['printf "%s\\n" "${{ inputs.x }}" | cat | tr -d "\\n"', 'a b'],
    ["# it's a comment with ${{ inputs.x }}\nprintf %s \"${{ inputs.x }}\"", 'a b'],
    ['# "\nprintf %s "${{ inputs.x }}"', 'a b'],
  ])('expands in %j', (template, expected) => {
    expect(run(template, expected === 'ab' || template.includes('%s ${{') || template.includes('%s \\${{') ? 'ab' : 'a b')).toBe(expected)
  })

  it('leaves text where the shell expands nothing', () => {
    expect(run("printf %s '${{ inputs.x }}'", 'a')).toBe('${ORCH_EXPR_1}')
    expect(run("cat <<'EOF'\n${{ inputs.x }}\nEOF\n", 'a')).toBe('${ORCH_EXPR_1}\n')
    expect(run("printf %s $'${{ inputs.x }}'", 'a')).toBe('${ORCH_EXPR_1}')
  })

  it('splits a value that stands without quotes, as the shell does with any variable', () => {
    expect(run("printf '<%s>' ${{ inputs.x }}", 'one two')).toBe('<one><two>')
    expect(run("printf '<%s>' ${{ inputs.x }}", '')).toBe('<>')
  })

  it('counts where the value is a number', () => {
    expect(run('echo $(( ${{ inputs.x }} + 1 ))', '41')).toBe('42\n')
    expect(run('[[ ${{ inputs.x }} -gt 3 ]] && echo more', '4')).toBe('more\n')
    expect(run('for ((i = 0; i < ${{ inputs.x }}; i++)); do printf x; done', '3')).toBe('xxx')
    expect(run('v=abcdef; echo "${v:${{ inputs.x }}:2}"', '2')).toBe('cd\n')
    expect(run('a=(p q r); echo "${a[${{ inputs.x }}]}"', '1')).toBe('q\n')
  })
})

const HOSTILE = [
  'a[$(touch pwned)]', 'BASH_VERSINFO[$(touch pwned)]', '$(touch pwned)', '`touch pwned`', '"; touch pwned; #', "'; touch pwned; '", '; touch pwned', '\ntouch pwned\n',
  '0)); touch pwned; ((0', ']; touch pwned; [', '}; touch pwned; {', '([$(touch pwned)]=1)', '($(touch pwned))', '\\"; touch pwned #', 'ORCH_EXPR_1', '"$(touch pwned)"',
  'x; touch pwned', '__import__("os").system("touch pwned")', "'); require('fs').writeFileSync('pwned',''); ('",
]

const PLACES = [
  'echo "${{ inputs.x }}"', 'echo ${{ inputs.x }}', 'v=${{ inputs.x }}; echo "$v"', 'v="${{ inputs.x }}"', 'echo $(echo ${{ inputs.x }})', 'echo `echo ${{ inputs.x }}`',
  'cat <<EOF\n${{ inputs.x }}\nEOF', "cat <<'EOF'\n${{ inputs.x }}\nEOF", "echo '${{ inputs.x }}'", '# ${{ inputs.x }}', 'echo "\\${{ inputs.x }}"', 'echo \\${{ inputs.x }}', 'echo "$${{ inputs.x }}"',
  'echo $(( ${{ inputs.x }} + 1 )) > out || true', 'echo $((${{ inputs.x }}))', 'echo "$(( "${{ inputs.x }}" ))"', 'echo $[ ${{ inputs.x }} ]', '(( ${{ inputs.x }} )) || true', 'echo $(( $(echo "${{ inputs.x }}") ))',
  'for ((i=${{ inputs.x }};i<1;i++)); do break; done', 'let "y=${{ inputs.x }}"', 'let y=${{ inputs.x }}', "let 'y=${{ inputs.x }}'", 'declare -i y="${{ inputs.x }}"', 'declare -i y; y="${{ inputs.x }}"', 'f() { local -i y=${{ inputs.x }}; }; f',
  '[[ "${{ inputs.x }}" -eq 1 ]]', '[[ 1 -lt ${{ inputs.x }} ]]', '[[ a == a && "${{ inputs.x }}" -eq 1 ]]', '! [[ ( "${{ inputs.x }}" -ne 1 ) ]]', 'if [[ $(echo "${{ inputs.x }}") -eq 1 ]]; then :; fi', '[ "${{ inputs.x }}" -eq 1 ]', 'test 1 -lt "${{ inputs.x }}"',
  '[[ -v ${{ inputs.x }} ]]', 'test -v "${{ inputs.x }}"', 'a=(1); unset "a[${{ inputs.x }}]"', 'a=(1); unset "${{ inputs.x }}"', 'read "${{ inputs.x }}" <<< 1', 'printf -v "${{ inputs.x }}" 1', 'declare "${{ inputs.x }}=1"', 'f() { local "${{ inputs.x }}=1"; }; f', 'declare -n r="${{ inputs.x }}"; r=1', 'declare -a a="${{ inputs.x }}"', 'mapfile -C "${{ inputs.x }}" -c 1 a <<< x', 'sleep 0 & wait -n -p "${{ inputs.x }}"',
  'a=(1 2); echo "${a[${{ inputs.x }}]}"', 'a[${{ inputs.x }}]=1', 'a=([${{ inputs.x }}]=1)', 'a=(1); echo ${#a[${{ inputs.x }}]}', 'v=abc; echo "${v:${{ inputs.x }}:1}"', 'v=abc; echo "${v:0:${{ inputs.x }}}"', 'a=(1); echo "${a[@]:${{ inputs.x }}}"', 'RANDOM="${{ inputs.x }}"', 'SECONDS="${{ inputs.x }}"', 'PS4="${{ inputs.x }}"; set -x; :',
  'eval "echo ${{ inputs.x }}"', 'eval echo "${{ inputs.x }}"', "eval 'echo $((${{ inputs.x }}))'", 'eval "$(echo "${{ inputs.x }}")"', 'command eval "${{ inputs.x }}"', 'V=1 eval "echo ${{ inputs.x }}"', 'trap "echo ${{ inputs.x }}" EXIT',
  'bash -c "echo ${{ inputs.x }}"', "bash -c 'echo $(( ${{ inputs.x }} ))'", 'sh -ec "echo ${{ inputs.x }}"', 'env bash -c "echo ${{ inputs.x }}"', 'timeout 5 bash -o pipefail -c "echo ${{ inputs.x }}"', 'find . -maxdepth 0 -exec sh -c "echo ${{ inputs.x }}" \\;', 'echo x | xargs sh -c "echo ${{ inputs.x }}"', 'if true; then bash -c "echo ${{ inputs.x }}"; fi',
  'bash <<EOF\necho ${{ inputs.x }}\nEOF', 'cat <<EOF | bash\necho ${{ inputs.x }}\nEOF', "bash <<'EOF'\necho $(( ${{ inputs.x }} ))\nEOF", 'bash -s <<EOF\necho ${{ inputs.x }}\nEOF', 'bash <<< "echo ${{ inputs.x }}"', 'echo "echo ${{ inputs.x }}" | bash', 'printf "%s" "echo ${{ inputs.x }}" | cat | sh', '{ echo "echo ${{ inputs.x }}"; } | bash', '(echo "echo ${{ inputs.x }}") | bash', 'for i in 1; do echo "echo ${{ inputs.x }}"; done | bash', 'source <(echo "echo ${{ inputs.x }}")', '. /dev/stdin <<< "echo ${{ inputs.x }}"', 'bash <(echo "echo ${{ inputs.x }}")',
  'echo `echo \\$((${{ inputs.x }}))`', 'x=`echo "\\`"\'`\necho $((${{ inputs.x }}))', 'echo `echo \\`echo \\\\$((${{ inputs.x }}))\\``', 'echo "`echo \\"$((${{ inputs.x }}))\\"`"',
  'node -e "console.log(\'${{ inputs.x }}\')"', 'case 1 in ${{ inputs.x }}) ;; esac', 'echo "$(case a in a) echo "$(( ${{ inputs.x }} ))";; esac)"', 'cat <<A; echo $(( ${{ inputs.x }} ))\nbody "\nA', "echo it\\'s $(( ${{ inputs.x }} ))", 'echo "a\\" $(( ${{ inputs.x }} ))"', 'echo ${v:-$(( ${{ inputs.x }} ))}', 'echo $(( ${{ inputs.x }} )) \'', 'x="$(cat <<EOF\nit\'s $(( ${{ inputs.x }} ))\nEOF\n)"',
  'export "${{ inputs.x }}=1"', 'echo {1..${{ inputs.x }}}', 'exec {v}<"${{ inputs.x }}"', 'f() { return "${{ inputs.x }}"; }; f',
]

/** The hostile values that a script ran something for; those that are refused never reach a shell. */
function attack(template: string, shell: string): string[] {
  const allowed = HOSTILE.filter((x) => environment(template, x).ok)
  const driver = 'script=$1; shift; for x in "$@"; do ORCH_EXPR_1=$x "$0" -c "$script" </dev/null; [ -e pwned ] && printf "%s\\0" "$x" >&3; rm -f pwned; done'
  const argv = ['-c', driver, shell, compileScript(template).script, ...allowed]
  const stdio = ['ignore', 'ignore', 'ignore', 'pipe'] as const
  const done = spawnSync('bash', argv, { cwd: folder, env: { PATH: process.env.PATH }, stdio: [...stdio], encoding: 'utf8', timeout: 60_000 })
  return (done.output[3] ?? '').split('\0').slice(0, -1)
}

describe('a hostile value', () => {
  it.each(PLACES)('runs nothing in %j', (template) => {
    expect(attack(template, 'bash')).toEqual([])
  }, 60_000)

  it('is a string in sh too', () => {
    for (const template of PLACES.slice(0, 16)) expect([template, attack(template, 'sh')]).toEqual([template, []])
  }, 60_000)

  it('is a command without any syntax where it stands in the place of one', () => {
    expect(run('${{ inputs.x }}', 'printf <%s> a;b $(c) "d e"')).toBe('<a;b><$(c)><"d><e">')
  })

  it('would be found by these tests', () => {
    expect(attack('echo $(( ${ORCH_EXPR_1} + 1 ))', 'bash')).toContain('a[$(touch pwned)]')
  })
})

describe('renderVariables', () => {
  it('hands values over as they are', () => {
    expect(environment('"${{ inputs.x }}" ${{ 1 }}', '"$(x)`\n')).toEqual({ ok: true, value: { ORCH_EXPR_1: '"$(x)`\n', ORCH_EXPR_2: '1' } })
  })

  it('refuses what the shell would calculate or run', () => {
    expect(environment('echo $(( ${{ inputs.x }} ))', 'a[0]')).toEqual({
      ok: false, error: 'the value of `inputs.x` must be a number, since the shell calculates with it and would run commands in it',
    })
    expect(environment('eval "${{ inputs.x }}"', 'a b')).toEqual({
      ok: false, error: 'the value of `inputs.x` must be a plain word, since it stands where it would be run as code; hand it over through `env`',
    })
  })

  it('takes 100 kB, and says why it does not take more than a variable can hold', () => {
    const long = 'x'.repeat(100_000)
    expect(run('printf %s "${{ inputs.x }}"', long)).toBe(long)
    const most = 'x'.repeat(131_072 - 'ORCH_EXPR_1='.length - 1)
    expect(run('printf %s "${{ inputs.x }}" | wc -c', most).trim()).toBe(String(most.length))
    expect(environment('${{ inputs.x }}', `${most}x`)).toEqual({ ok: false, error: 'the value of `inputs.x` has 131060 bytes, more than a variable can hold; write it to a file' })
    expect(environment('${{ inputs.x }}', 'é'.repeat(70_000))).toMatchObject({ ok: false })
  })

  it('refuses more than a program can be started with', () => {
    const script = Array.from({ length: 12 }, (_, index) => `\${{ format('{0}${index}', inputs.x) }}`).join(' ')
    expect(environment(script, 'x'.repeat(100_000))).toEqual({ ok: false, error: "the values of the script's expressions have more than 1000000 bytes together; write them to files" })
  })

  it('refuses a zero byte', () => {
    expect(environment('${{ inputs.x }}', 'a\0b')).toEqual({ ok: false, error: 'the value of `inputs.x` holds a zero byte, which no variable can' })
  })

  it('tells which expression failed', () => {
    expect(environment("${{ fromJSON('{') }}", '')).toEqual({ ok: false, error: "the expression `fromJSON('{')` cannot be evaluated: `fromJSON` was given a text that is no JSON" })
  })
})
