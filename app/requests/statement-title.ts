/** Returns the verb and the table of an SQL statement: "UPDATE sessions". */
export function statementTitle(text: string): string {
  // Not every "from" is followed by a table: there is also extract(epoch from "expires_at").
  const [, table = ''] = /\b(?:from|into|update) "(\w+)"(?= (?:where|order|set|limit|tablesample|\()|$)/.exec(text) ?? []
  // The title of a statement with several parts names only the parts that write, not those that read or lock.
  const verbs = text.match(text.startsWith('with') ? /\b(?:delete|insert|update)(?= (?:from |into )?")/g : /^\w+/) ?? []
  return `${[...verbs].map((verb) => verb.toUpperCase()).join(' and ')} ${table}`
}

const maxOutline = 110

/** Returns the beginning of a statement, without its long lists: "select … from sessions where (id = $1 and …". */
export function statementOutline(text: string): string {
  const short = text
    .replace(/^select .* from (?="\w+"(?: where| order|$))/, 'select … from ')
    .replace(/ set .*? where /, ' set … where ')
    .replace(/"\w+"\.(?=")|"/g, '')
  return short.length > maxOutline ? `${short.slice(0, maxOutline).replace(/\W+\w*$/, '')} …` : short
}

const purposes: Readonly<Record<string, string>> = {
  'INSERT sessions': 'creates the session',
  'UPDATE sessions': 'writes to the session',
  'DELETE sessions': 'deletes sessions',
  'DELETE and INSERT sessions': 'replaces the session',
  'UPDATE users': 'stores the password',
}

/** Returns what an SQL statement does, as words that follow its title: "reads your session". Empty for an unknown statement. */
export function statementPurpose(text: string): string {
  const title = statementTitle(text)
  if (title === 'SELECT users') return /" in \(/.test(text) ? 'reads the names of users' : 'reads the user'
  if (title !== 'SELECT sessions') return purposes[title] ?? ''
  if (text.includes('"token_hash" = $')) return 'reads your session'
  if (text.includes(' tablesample ')) return 'counts sessions, to show them here'
  return text.includes(' order by ') ? 'lists sessions, to show them here' : 'reads the row, to show it here'
}
