import('./action-start.js').then(({ start }) => start())
