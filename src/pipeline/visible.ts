type Test = (name: string) => boolean

/** Maps of some of these names, without a copy of them: a chain of thousands of steps sees thousands from each. */
export function createVisible<Value>(
  names: readonly string[],
  valueOf: (name: string) => Value,
): (isVisible: Test) => ReadonlyMap<string, Value> {
  const known = new Set(names)
  return (isVisible) => visible(names, (name) => known.has(name) && isVisible(name), valueOf)
}

function visible<Value>(names: readonly string[], has: Test, valueOf: (name: string) => Value): ReadonlyMap<string, Value> {
  function* entries(): MapIterator<[string, Value]> {
    for (const name of names) if (has(name)) yield [name, valueOf(name)]
  }
  function* keys(): MapIterator<string> {
    for (const name of names) if (has(name)) yield name
  }
  function* values(): MapIterator<Value> {
    for (const name of names) if (has(name)) yield valueOf(name)
  }
  return {
    has, entries, keys, values,
    get: (name) => (has(name) ? valueOf(name) : undefined),
    get size() {
      return names.filter(has).length
    },
    forEach(callback) {
      for (const [name, value] of entries()) callback(value, name, this)
    },
    [Symbol.iterator]: entries,
  }
}
