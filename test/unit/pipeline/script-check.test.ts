import { describe, expect, it } from 'vitest'
import { loadExpressions } from '../../../src/pipeline/expression-load.ts'
import { scriptFaults } from '../../../src/pipeline/script-check.ts'

const expressions = await loadExpressions()
const codes = (script: string): string[] => scriptFaults(script, expressions).map(({ code, severity, start, end }) => `${severity} ${code} ${script.slice(start, end)}`)

const INERT = 'warning expression-in-single-quotes ${{ inputs.x }}'
const EVALUATED = 'warning expression-evaluated-by-shell ${{ inputs.x }}'

describe('scriptFaults', () => {
  it.each([
    'echo "${{ inputs.x }}"', 'echo ${{ inputs.x }}', 'v=${{ inputs.x }}', 'cat <<EOF\n${{ inputs.x }}\nEOF\n', '# it\'s ${{ inputs.x }}', 'echo "it\'s ${{ inputs.x }}"', "echo it\\'s ${{ inputs.x }}",
    'cat <<EOF\nit\'s ${{ inputs.x }}\nEOF\n', 'echo "$(echo "${{ inputs.x }}")"', '[ "${{ inputs.x }}" -eq 1 ]', '[[ "${{ inputs.x }}" == 1 ]]', 'test "${{ inputs.x }}" = 1', 'evaluate "${{ inputs.x }}"', 'bash script.sh "${{ inputs.x }}"',
    'bash -c \'echo "$1"\' _ "${{ inputs.x }}"', 'echo $(( 1 + 1 )) "${{ inputs.x }}"', 'export A="${{ inputs.x }}"', 'declare a="${{ inputs.x }}"', 'declare -A m; m["${{ inputs.x }}"]=1', 'echo file[${{ inputs.x }}]', 'echo eval "${{ inputs.x }}"',
    "echo 'a' \"${{ inputs.x }}\" 'b'", "cat <<'EOF'\nit's\nEOF\necho \"${{ inputs.x }}\"", 'curl "${{ inputs.x }}" | bash', 'case x in a) ;; esac; echo "${{ inputs.x }}"', 'node script.js "${{ inputs.x }}"', 'echo "a" # \'\necho "${{ inputs.x }}"', 'x=${v#*${{ inputs.x }}}', '',
  ])('has nothing to say about %j', (script) => {
    expect(codes(script)).toEqual([])
  })

  it.each([
    "echo '${{ inputs.x }}'", "echo $'${{ inputs.x }}'", "cat <<'EOF'\n${{ inputs.x }}\nEOF\n", 'cat <<\\EOF\n${{ inputs.x }}\nEOF\n', 'cat <<-"EOF"\n\t${{ inputs.x }}\n\tEOF\n', "awk '{ print \"${{ inputs.x }}\" }'", "echo \"$(echo '${{ inputs.x }}')\"",
  ])('warns of an expression that does not expand in %j', (script) => {
    expect(codes(script)).toEqual([INERT])
  })

  it.each([
    'echo $(( ${{ inputs.x }} + 1 ))', '(( ${{ inputs.x }} ))', 'let y=${{ inputs.x }}', '[[ "${{ inputs.x }}" -eq 1 ]]', '[[ 1 -lt "${{ inputs.x }}" ]]', 'declare -i y=${{ inputs.x }}', 'eval "${{ inputs.x }}"', 'bash -c "echo ${{ inputs.x }}"', 'echo ${a[${{ inputs.x }}]}', 'a[${{ inputs.x }}]=1',
    'echo "${v:${{ inputs.x }}}"', 'bash <<EOF\n${{ inputs.x }}\nEOF\n', 'echo "${{ inputs.x }}" | sh', 'unset "${{ inputs.x }}"', 'sudo bash -c "${{ inputs.x }}"', 'ssh host "echo ${{ inputs.x }}"', 'python3 -c "print(${{ inputs.x }})"',
  ])('warns of what the shell would evaluate in %j', (script) => {
    expect(codes(script)).toEqual([EVALUATED])
  })

  it('warns of a text of strangers without quotes', () => {
    expect(codes('echo ${{ github.event.issue.title }}')).toEqual(['warning expression-unquoted ${{ github.event.issue.title }}'])
    expect(codes('v=${{ github.event.issue.title }}; echo "${{ github.head_ref }}" ${{ github.sha }} ${{ inputs.x }}')).toEqual([])
  })

  it('gives each expression its own warnings', () => {
    expect(codes("echo '${{ inputs.x }}' \"${{ inputs.x }}\" $((${{ inputs.x }}))")).toEqual([INERT, EVALUATED])
  })

  it('ends soon on any text', () => {
    const started = performance.now()
    const units = ["'${{ a }}", '"${{ a }}', '$(${{ a }}', '`${{ a }}', '<<A ${{ a }}\n', '$((${{ a }}', '${a[${{ a }}', 'a[${{ a }}', 'case x in ${{ a }})', '\\${{ a }}', '$${{ a }}', 'x ${{ a }} | ', 'a=1 ${{ a }} ', '} | bash ${{ a }}\n', "<<'A'\n${{ a }}", '((${{ a }}', '# ${{ a }}', '[[ ${{ a }} -eq ', '(', '<(${{ a }}', '{ ${{ a }} ']
    for (const unit of units) scriptFaults(unit.repeat(20_000), expressions)
    expect(performance.now() - started).toBeLessThan(30_000)
  }, 60_000)
})
