/** Returns the verb and the table of an SQL statement: "UPDATE sessions". */
export function statementTitle(text: string): string {
  // Not every "from" is followed by a table: there is also extract(epoch from "expires_at").
  const [, table = ''] = /\b(?:from|into|update) "(\w+)"(?= (?:where|order|set|limit|\()|$)/.exec(text) ?? []
  // The title of a statement with several parts names only the parts that write, not those that read or lock.
  const verbs = text.match(text.startsWith('with') ? /\b(?:delete|insert|update)(?= (?:from |into )?")/g : /^\w+/) ?? []
  return `${[...verbs].map((verb) => verb.toUpperCase()).join(' and ')} ${table}`
}
