/**
 * Runs a callback after the current turn of the event loop. Captured at import, so that fake timers in tests cannot stall
 * writes.
 */
export const { setImmediate: afterThisTurn } = globalThis
