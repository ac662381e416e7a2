import { applied, asksForNothing, has, isDataWrite, isReserved, resultBeforeQueue, updated, without } from './session-data'
import type { Call, Data, Rule, StepResult } from './session-steps'

interface Row {
  token: number
  data: Data
  userId: string | null
  rule: Rule
  version: number
}

/** The content of a cookie: the id of a row and the token that opens it. */
interface Credential {
  readonly id: number
  readonly token: number
}

/** The expected state of one session object, and the expected cookie of its browser. */
export interface View {
  credential: Credential | null
  /** The credential in the cookie of the request. */
  presented: Credential | null
  /** Why the session was lost during the request, if it was: it was deleted or has expired, or it has a new token. */
  lost: 'gone' | 'rotated' | null
  row: Readonly<Row> | null
  isNew: boolean
  pending: Rule
  cookie: Credential | null
}

const done: StepResult = { value: undefined }
const interrupted: StepResult = { code: 'INTERRUPTED' }

/**
 * A model of a store and of two session objects: rows as plain objects, and what each session object has read of them.
 */
export class SessionModel {
  readonly rows = new Map<number, Row>()
  readonly views: Readonly<Record<'a' | 'b', View>>
  readonly #dropsExpired: boolean
  #next = 1

  /**
   * Creates a model in which both session objects have read one row with `data`, or, with null, are new.
   * `dropsExpired`: the store deletes expired rows itself, so `revokeOthers` does not count them.
   */
  constructor(data: Data | null, dropsExpired: boolean) {
    this.#dropsExpired = dropsExpired
    const credential = data && { id: this.#next++, token: this.#next++ }
    const row = data && credential && { token: credential.token, data, userId: null, rule: null, version: 1 }
    if (row && credential) this.rows.set(credential.id, row)
    const view = (): View => ({
      credential,
      presented: credential,
      lost: null,
      row: row && { ...row },
      isNew: !row,
      pending: null,
      cookie: credential,
    })
    this.views = { a: view(), b: view() }
  }

  /** Returns the row that a credential opens, or null. */
  find(credential: Credential | null): Row | null {
    const row = credential && this.#live(credential)
    return row && row.token === credential?.token ? row : null
  }

  /** Returns the row with the id of a credential, unless it has expired. */
  #live({ id }: Credential): Row | null {
    const row = this.rows.get(id)
    return row && row.rule !== 'past' ? row : null
  }

  /**
   * Runs calls without an await in between, and returns their results. Adjacent data writes become one write with one
   * result.
   */
  run(view: View, calls: readonly Call[]): StepResult[] {
    const results = calls.map((each) => resultBeforeQueue(each))
    for (let at = 0; at < calls.length; ) {
      const group = [at]
      for (at++; isDataWrite(calls[group[0] ?? 0]) && at < calls.length && (results[at] || isDataWrite(calls[at])); at++)
        group.push(at)
      const waiting = group.filter((index) => !results[index])
      const these = waiting.flatMap((index) => calls[index] ?? [])
      const [first] = these
      if (!first) continue
      const result = isDataWrite(first) ? this.#write(view, these) : this.#call(view, first)
      for (const index of waiting) results[index] = result
    }
    return results.map((result) => result ?? done)
  }

  #write(view: View, calls: readonly Call[]): StepResult {
    if (view.lost) return interrupted
    if (calls.every(asksForNothing)) return done
    return this.#change(view, (data) => calls.reduce(applied, data))
  }

  /** Changes the data of the row. Creates a session if there is none and there is data to store. */
  #change(view: View, change: (data: Data) => Data): StepResult {
    const row = this.find(view.credential)
    if (row) this.#show(view, Object.assign(row, { data: change(row.data), version: row.version + 1 }))
    else if (view.credential) return this.#lose(view)
    else {
      const data = change({})
      if (Object.keys(data).length > 0) this.#create(view, data, null)
    }
    return done
  }

  #call(view: View, step: Call): StepResult {
    switch (step.do) {
      case 'pop':
        return this.#pop(view, step.key)
      case 'setDefault': {
        if (view.lost) return interrupted
        const result = this.#change(view, (data) => (has(data, step.key) ? data : { ...data, [step.key]: step.value }))
        return 'code' in result ? result : { value: view.row?.data[step.key] ?? (view.row ? null : step.value) }
      }
      case 'count':
      case 'rename':
        if (view.lost) return interrupted
        if (step.do === 'count' && isReserved(step.key)) return { code: 'DATA_INVALID' }
        return this.#update(view, (data) => updated(data, step.do, step.key))
      case 'setExpiry':
        return this.#setExpiry(view, step.rule)
      case 'login':
        return this.#login(view, step.user)
      case 'revokeOthers':
        return this.#revokeOthers(view)
      case 'cycleKey':
        return this.#rotate(view, {})
      default:
        return this.#flush(view)
    }
  }

  #pop(view: View, name: string): StepResult {
    if (isReserved(name)) return { value: 'fallback' }
    if (view.lost) return interrupted
    if (!view.credential) return { value: 'fallback' }
    const row = this.find(view.credential)
    if (!row) return this.#lose(view)
    if (!has(row.data, name)) return { value: 'fallback' }
    const value = row.data[name]
    this.#show(view, Object.assign(row, { data: without(row.data, [name]), version: row.version + 1 }))
    return { value }
  }

  #update(view: View, change: (data: Data) => Data): StepResult {
    if (view.lost) return interrupted
    const row = this.find(view.credential)
    if (!row || row.version !== view.row?.version) return this.#changeIfDifferent(view, change)
    return change(row.data) === row.data ? done : this.#change(view, change)
  }

  #changeIfDifferent(view: View, change: (data: Data) => Data): StepResult {
    const row = this.find(view.credential)
    if (!row || change(row.data) !== row.data) return this.#change(view, change)
    this.#show(view, row)
    return done
  }

  #setExpiry(view: View, rule: Rule): StepResult {
    if (view.lost) return interrupted
    const row = this.find(view.credential)
    if (!view.credential) view.pending = rule
    else if (!row) return this.#lose(view)
    else if (rule === 'past') {
      row.rule = rule
      this.#reset(view)
    } else {
      this.#show(view, Object.assign(row, { rule }))
      view.cookie = view.credential
    }
    return done
  }

  #login(view: View, userId: string): StepResult {
    const row = this.find(view.credential)
    const otherUser = view.row !== null && view.row.userId !== null && view.row.userId !== userId
    if (view.credential && !row && !otherUser && !this.#live(view.credential)) return this.#lose(view)
    if (row && !otherUser) return this.#rotate(view, { userId })
    if (row && view.credential) this.rows.delete(view.credential.id)
    else if (otherUser) this.#lose(view)
    else if (this.#loginAgain(view, userId)) return done
    this.#create(view, {}, userId)
    return done
  }

  /**
   * Logs in if an earlier login of the same user has rotated the token, as when a form is submitted twice. Returns
   * false otherwise.
   */
  #loginAgain(view: View, userId: string): boolean {
    const credential = view.credential ?? (view.lost === 'rotated' ? view.presented : null)
    const row = credential && this.#live(credential)
    if (!credential || !row || row.userId !== userId) {
      if (view.credential) this.#lose(view)
      return false
    }
    Object.assign(view, { credential: { id: credential.id, token: this.#next++ }, lost: null, pending: null })
    this.#show(view, Object.assign(row, { token: view.credential?.token, version: row.version + 1 }))
    view.cookie = view.credential
    return true
  }

  #rotate(view: View, change: Partial<Row>): StepResult {
    const row = this.find(view.credential)
    if (view.lost) return interrupted
    if (!view.credential) return done
    if (!row) return this.#lose(view)
    view.credential = { id: view.credential.id, token: this.#next++ }
    this.#show(view, Object.assign(row, change, { token: view.credential.token, version: row.version + 1 }))
    view.cookie = view.credential
    return done
  }

  #revokeOthers(view: View): StepResult {
    const userId = view.row?.userId ?? null
    if (view.lost) return interrupted
    if (userId === null || !view.credential) return { value: 0 }
    if (!this.find(view.credential)) return this.#lose(view)
    const others = [...this.rows].filter(
      ([id, row]) => row.userId === userId && id !== view.credential?.id && !(this.#dropsExpired && row.rule === 'past'),
    )
    for (const [id] of others) this.rows.delete(id)
    return { value: others.length }
  }

  #flush(view: View): StepResult {
    const credential = view.credential ?? view.presented
    if (credential) this.rows.delete(credential.id)
    this.#reset(view)
    return done
  }

  #create(view: View, data: Data, userId: string | null): void {
    const credential = { id: this.#next++, token: this.#next++ }
    const row: Row = { token: credential.token, data, userId, rule: view.pending, version: 1 }
    this.rows.set(credential.id, row)
    if (view.pending === 'past') this.#reset(view)
    else Object.assign(view, { credential, row: { ...row }, cookie: credential, isNew: true, pending: null, lost: null })
  }

  #show(view: View, row: Row): void {
    view.row = { ...row }
  }

  #reset(view: View): void {
    Object.assign(view, { credential: null, row: null, isNew: true, pending: null, cookie: null, lost: null })
  }

  /** Makes the session anonymous for the rest of the request, and leaves its cookie as it is. */
  #lose(view: View): StepResult {
    const lost = view.credential && this.#live(view.credential) ? 'rotated' : 'gone'
    Object.assign(view, { credential: null, row: null, isNew: true, pending: null, lost })
    return interrupted
  }
}
