/** The variables of the environment. */
export type Environment = Readonly<Record<string, string | undefined>>

/** The outside of a command: what it reads, where it prints, whether somebody sits there. */
export interface Terminal {
  readonly env: Environment
  /** The `.env` files that were read, by name. */
  readonly envFiles: readonly string[]
  /** Prints a result, on stdout. */
  print(text: string): void
  /** Prints a message, on stderr. */
  say(text: string): void
  /** Asks a question that is answered with yes or no; null where nobody can answer. Rejects with CONFIG_INVALID if nobody would see it. */
  readonly confirm: ((question: string) => Promise<boolean>) | null
  /** Where progress can be drawn; null: where lines are kept, such as a log. */
  readonly screen: NodeJS.WritableStream | null
  /** From now on Ctrl-C aborts this signal instead of ending the process; the second one ends it. */
  interrupted(): AbortSignal
}

/** What a command found or did. */
export interface Outcome {
  /** For people; empty: all has been said. */
  readonly text: string
  /** The same as one JSON document. */
  readonly json: object
  /** @default 0 */
  readonly exitCode?: number
}
