export const version = 2
/** Since version 2 the separator comes first. */
export const join = (separator, parts) => parts.join(separator)
