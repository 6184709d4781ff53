/** Years between two dates, whole ones. */
export function age(born, today) {
  const years = today.getUTCFullYear() - born.getUTCFullYear()
  return years
}
