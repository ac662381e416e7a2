/** The start and the end of an operation, in microseconds of a clock that all processes share. */
export type Interval = readonly [start: number, end: number]

/** The effect of an acknowledged operation on one session. A fact is a text, such as 'a=1;' for a key with its value. */
export interface HammerEffect {
  readonly id: string
  readonly at: Interval
  readonly adds: readonly string[]
  /** Removes the facts that start with one of these, except those that it adds. */
  readonly removes: readonly string[]
}

/** One read of a session. */
export interface HammerRead {
  readonly id: string
  readonly at: Interval
  /** The fact of the token with which the session was read. */
  readonly token: string
  /** The facts that the session showed; null if the token opened none. */
  readonly facts: readonly string[] | null
}

/**
 * Returns a sentence for each read that contradicts the operations. A read must show what was added before it started, unless an
 * operation may have removed it since. It must not show what was removed after it had been added and before the read started.
 */
export function contradictions(effects: readonly HammerEffect[], reads: readonly HammerRead[]): string[] {
  const histories = new Map(effects.map(({ id }): [string, HammerEffect[]] => [id, []]))
  for (const effect of effects) histories.get(effect.id)?.push(effect)
  return reads.flatMap((read) => contradictionsOf(read, histories.get(read.id) ?? []))
}

function contradictionsOf(read: HammerRead, history: readonly HammerEffect[]): string[] {
  const shown = new Set(read.facts ? [...read.facts, read.token] : [])
  const ofSession = history.flatMap(({ adds }) => adds).filter((fact) => !fact.startsWith('token='))
  const expected = new Set(read.facts ? [...ofSession, read.token] : [read.token])
  const text = (problem: string, fact: string) => `${problem}: ${fact} of ${read.id} at ${read.at}`
  return [
    ...[...shown].filter((fact) => !mayBeShown(fact, read, history)).map((fact) => text('reappeared or is stale', fact)),
    ...[...expected].filter((fact) => !shown.has(fact) && isMissed(fact, read, history)).map((fact) => text('is lost', fact)),
  ]
}

/** Returns true if an operation added the fact, and none has removed it for certain before the read started. */
function mayBeShown(fact: string, { at: [start] }: HammerRead, history: readonly HammerEffect[]): boolean {
  const removals = history.filter((effect) => removes(effect, fact))
  const isRemoved = (added: HammerEffect) =>
    removals.some((removal) => removal !== added && removal.at[0] > added.at[1] && removal.at[1] < start)
  return history.some((effect) => effect.adds.includes(fact) && !isRemoved(effect))
}

/** Returns true if an operation added the fact before the read started, and none can have removed it before the read ended. */
function isMissed(fact: string, { at: [start, end] }: HammerRead, history: readonly HammerEffect[]): boolean {
  const removals = history.filter((effect) => removes(effect, fact))
  const canBeRemoved = (added: HammerEffect) =>
    removals.some((removal) => removal !== added && removal.at[1] > added.at[0] && removal.at[0] < end)
  return history.some((effect) => effect.adds.includes(fact) && effect.at[1] < start && !canBeRemoved(effect))
}

function removes(effect: HammerEffect, fact: string): boolean {
  return effect.removes.some((start) => fact.startsWith(start)) && !effect.adds.includes(fact)
}
