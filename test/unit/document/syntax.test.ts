import { describe, expect, it } from 'vitest'
import { parse } from '../../../src/document/parse.ts'

function first(text: string): string {
  const found = parse(text, 'ci.yml').diagnostics[0]
  return `${found?.line}:${found?.column} ${found?.message} (${found?.help})`
}

describe('mistakes of syntax', () => {
  it.each<[string, string, string]>([
    ['a missing quote at the end', 'a: 1\nname: "fix', '2:7 the text that begins with this quote has no closing quote (end the text with `"`)'],
    ['a missing quote with others below', 'name: "fix\nsteps:\n  a: { run: "true" }\n', '1:7 the text that begins with this quote has no closing quote (end the text with `"`)'],
    ['a missing single quote', "a: 'it''s\n  b\n", "1:4 the text that begins with this quote has no closing quote (end the text with `'`)"],
    ['a colon in a value', 'a:\n  run: echo note: done\n', '2:17 a second colon with a space behind it stands in a value without quotes, where it would begin a mapping (put the value in quotes, or write it as a block: `|` and the text indented below)'],
    ['a missing colon', 'name: x\nsteps\n  a: 1\n', '2:1 `steps` stands where a key must stand, and has no colon behind it (write `key: value`, or put a text of several lines in quotes)'],
    ['a missing space between CRLF line ends', 'a:\r\n  run:echo\r\n  b: c\r\n', '2:3 `run:echo` is no key with a value, since no space stands behind its colon (write a space behind `run:`)'],
    ['a missing colon at the end', 'a: 1\nsteps\n', '2:1 `steps` stands where a key must stand, and has no colon behind it (write `key: value`, or put a text of several lines in quotes)'],
    ['a missing space behind a colon', 'a:\n  run:echo\n  b: c\n', '2:3 `run:echo` is no key with a value, since no space stands behind its colon (write a space behind `run:`)'],
    ['a tab as indentation', 'a:\n\tb: 1\n', '2:1 a tab indents this line, only spaces may do so (replace the tab by spaces)'],
    ['a tab behind spaces', 'a:\n  b: 1\n  \tc: 2\n', '3:3 a tab indents this line, only spaces may do so (replace the tab by spaces)'],
    ['an open bracket', 'a: [1, 2\nb: 3\n', '1:4 the `[` is not closed, or what it holds is not indented deeper than its key (end it with `]`)'],
    ['an open brace at the end', 'a: { b: [1]', '1:4 the `{` is not closed, or what it holds is not indented deeper than its key (end it with `}`)'],
    ['a bracket too many', 'a: [x]]\n', '1:7 this `]` closes nothing (remove it, or put the value in quotes)'],
    ['an expression in braces', 'a: { run: ${{ x }} }\n', '1:11 an expression stands without quotes inside `{ }` or `[ ]`, whose braces and commas end it (put the whole value in quotes: `"${{ … }}"`)'],
    ['an expression without dollar', "if: {{ a == 'b' }} x\n", '1:5 `{{` begins a mapping inside a mapping, and that cannot be read here (write an expression as `${{ … }}`, or put the value in quotes if the text itself is meant)'],
    ['text behind a quote', "a: 'it's'\n", '1:8 text follows the closing quote of a value (put the whole value in quotes; inside `"` write `\\"`, inside `\'` write `\'\'`)'],
    ['a reserved character', 'a: @x\n', '1:4 a value without quotes cannot begin with `@` (put the value in quotes)'],
    ['a backtick', 'a: `x`\n', '1:4 a value without quotes cannot begin with a backtick (put the value in quotes)'],
    ['a deeper key', 'a: 1\n b: 2\n', '2:2 the key `b` is indented deeper than the line above, which has a value already (let the keys of one mapping begin in the same column)'],
    ['a shifted item', 'a:\n  - x\n - y\n', '3:2 this item begins in another column than the items above it (let the items of one list begin in the same column)'],
    ['a list on the line of its key', 'a: - b\n', '1:4 a list cannot begin on the line of its key (begin it on the next line, or write it in `[ ]`)'],
    ['a missing comma', 'a: ["x" "y"]\n', '1:9 text follows the closing quote of a value (put the whole value in quotes; inside `"` write `\\"`, inside `\'` write `\'\'`)'],
    ['two commas', 'a: [1,,2]\n', '1:7 an entry is missing in front of this comma (remove one comma)'],
    ['an unknown escape', 'a: "\\d"\n', '1:5 `\\d` is no escape that YAML knows (write a backslash as `\\\\`, or use single quotes, in which it is an ordinary character)'],
    ['an incomplete escape', 'a: "\\u12"\n', '1:5 `\\u12"` is no escape that YAML knows (write a backslash as `\\\\`, or use single quotes, in which it is an ordinary character)'],
    ['a lonely star', 'a: * \n', '1:4 a value that begins with `*` is an alias, and this is no good one (put the value in quotes if a text is meant)'],
    ['text on the line of a block', 'a: |x\n  b\n', '1:5 text stands on the line of the `|` or `>` that begins a block (begin the text on the next line, indented deeper than its key)'],
    ['a list and a mapping', '- a\nb: c\n', '2:1 this does not belong to what stands above it: the indentation differs, or a value has ended already (let the keys of one mapping, and the items of one list, begin in the same column)'],
  ])('%s', (_, text, expected) => {
    expect(first(text)).toBe(expected)
  })

  it('ignores quotes and brackets in comments, blocks and words when it looks for the open one', () => {
    const text = "# it's [\na: |\n  \"open {\nb: don't [x\nc: &x !!str \"closed\" # '\nd: [\"x\", 'y']\ne: (\"\nf: { g: 1\n"
    expect(first(text)).toBe('8:4 the `{` is not closed, or what it holds is not indented deeper than its key (end it with `}`)')
  })

  it('tells mistakes in other blocks at the same time, those of meaning too', () => {
    const text = 'steps:\n  a:\n    run: a: b\nname: "x" y\nenv:\n  k: 1\n  k: 2\n  z: *gone\ninputs:\n\tx: 1\n'
    expect(parse(text, 'ci.yml').diagnostics.map((found) => `${found.line} ${found.code}`)).toEqual(['3 yaml-syntax', '4 yaml-syntax', '7 duplicate-key', '10 yaml-syntax'])
    expect(parse(text, 'ci.yml').document.root).toBeUndefined()
  })

  it('tells at most ten of them', () => {
    expect(parse('a: @\n'.repeat(100), 'ci.yml').diagnostics).toHaveLength(10)
  })
})
