export const version = 1
export const join = (parts) => parts.join('-')
