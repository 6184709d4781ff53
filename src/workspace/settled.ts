/** Like `Promise.all`, but waits for every task also when one fails: none may go on writing into a folder that is then removed. */
export async function allSettled<const T extends readonly unknown[]>(tasks: T): Promise<{ -readonly [K in keyof T]: Awaited<T[K]> }> {
  await Promise.allSettled(tasks)
  return Promise.all(tasks)
}
