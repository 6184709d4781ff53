const WIDEST = 48

/** Rows indented by two, their cells in columns; the last cell of a row has no width, and a very wide one moves only its own row. */
export function columns(rows: readonly (readonly string[])[]): string[] {
  const widths: number[] = []
  for (const row of rows) {
    for (const [at, cell] of row.slice(0, -1).entries()) if (cell.length <= WIDEST) widths[at] = Math.max(widths[at] ?? 0, cell.length)
  }
  return rows.map((row) => `  ${row.map((cell, at) => (at === row.length - 1 ? cell : cell.padEnd(widths[at] ?? 0))).join('  ')}`.trimEnd())
}
