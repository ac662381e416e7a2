// The app and the command may load separate copies of this module. Keys of the global symbol registry connect the copies.

/** The key under which the result of `createSessions` holds a function that returns the options of the app. */
export const optionsOf = Symbol.for('coatcheck.optionsOf')

/** The key under which a store holds the parts that only the command needs (`StoreParts`). */
export const partsOf = Symbol.for('coatcheck.partsOf')

/**
 * Adds a property for the command to `target`, and returns `target`. The property is not enumerable, so printing or spreading
 * `target` does not reveal it.
 * @example return withInternal({ getSession }, optionsOf, () => options)
 */
export function withInternal<T extends object>(target: T, key: symbol, value: unknown): T {
  return Object.defineProperty(target, key, { value })
}
