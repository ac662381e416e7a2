// Taken before a test replaces it with a fake timer that nobody advances.
const { setImmediate: afterThisTurn } = globalThis

/** So many keys share a statement at most: of more requests than these, some are served while the server looks for the others' rows. */
const mostKeys = 16

/**
 * Answers the calls of one turn of the event loop together: `load` gets their keys and resolves to a function that answers each.
 * A lone call pays next to nothing, since `setImmediate` runs right after the callbacks that are due now.
 */
export function batchReads<Key, Value>(load: (keys: readonly Key[]) => Promise<(key: Key) => Value>): (key: Key) => Promise<Value> {
  let turn: Turn<Key, Value> | null = null

  function begin(): Turn<Key, Value> {
    const keys: Key[] = []
    const answer = new Promise<void>((done) => {
      afterThisTurn(() => {
        if (turn?.keys === keys) turn = null // the statement goes out now: who asks from here on must not see what it saw
        done()
      })
    }).then(() => load(keys))
    return { keys, answer }
  }

  return async (key) => {
    if (!turn || turn.keys.length === mostKeys) turn = begin()
    turn.keys.push(key)
    return (await turn.answer)(key)
  }
}

interface Turn<Key, Value> {
  readonly keys: Key[]
  readonly answer: Promise<(key: Key) => Value>
}
