import { applied, has, isDataWrite, isNothing, isReserved, refusedAtOnce, updated, without } from './session-data'
import type { Call, Data, Outcome, Rule } from './session-steps'

interface Row {
  token: number
  data: Data
  userId: string | null
  rule: Rule
  version: number
}

interface Ticket {
  readonly id: number
  readonly token: number
}

/** What one session object must show, and the cookie its browser must hold. */
export interface View {
  ticket: Ticket | null
  /** The ticket that the request came with. */
  presented: Ticket | null
  /** True if the session was deleted, expired or rotated during the request: no write may replace the cookie. */
  lost: boolean
  row: Readonly<Row> | null
  isNew: boolean
  pending: Rule
  cookie: Ticket | null
}

const done: Outcome = { value: undefined }
const interrupted: Outcome = { code: 'INTERRUPTED' }

/** Sessions as plain objects: rows, and two session objects that know one of them each. */
export class SessionModel {
  readonly rows = new Map<number, Row>()
  readonly views: Readonly<Record<'a' | 'b', View>>
  readonly #dropsExpired: boolean
  #next = 1

  /**
   * With `data`, both begin with one row that holds it. `dropsExpired`: the store deletes expired rows at once, so that none
   * can be ended.
   */
  constructor(data: Data | null, dropsExpired: boolean) {
    this.#dropsExpired = dropsExpired
    const ticket = data && { id: this.#next++, token: this.#next++ }
    const row = data && ticket && { token: ticket.token, data, userId: null, rule: null, version: 1 }
    if (row && ticket) this.rows.set(ticket.id, row)
    const view = (): View => ({
      ticket,
      presented: ticket,
      lost: false,
      row: row && { ...row },
      isNew: !row,
      pending: null,
      cookie: ticket,
    })
    this.views = { a: view(), b: view() }
  }

  /** The row that `ticket` opens; null if it opens none. */
  find(ticket: Ticket | null): Row | null {
    const row = ticket && this.#live(ticket)
    return row && row.token === ticket?.token ? row : null
  }

  /** An expired row is there until it is cleared away, and as good as gone. */
  #live({ id }: Ticket): Row | null {
    const row = this.rows.get(id)
    return row && row.rule !== 'past' ? row : null
  }

  /** What calls made in one turn come to: adjacent data writes are one write, and share their fate. */
  run(view: View, calls: readonly Call[]): Outcome[] {
    const outcomes = calls.map((each) => refusedAtOnce(each))
    for (let at = 0; at < calls.length; ) {
      const group = [at]
      for (at++; isDataWrite(calls[group[0] ?? 0]) && at < calls.length && (outcomes[at] || isDataWrite(calls[at])); at++)
        group.push(at)
      const waiting = group.filter((index) => !outcomes[index])
      const these = waiting.flatMap((index) => calls[index] ?? [])
      const [first] = these
      if (!first) continue
      const outcome = isDataWrite(first) ? this.#write(view, these) : this.#step(view, first)
      for (const index of waiting) outcomes[index] = outcome
    }
    return outcomes.map((outcome) => outcome ?? done)
  }

  #write(view: View, calls: readonly Call[]): Outcome {
    if (calls.every(isNothing)) return done
    if (view.lost) return interrupted
    return this.#change(view, (data) => calls.reduce(applied, data))
  }

  /** Writes `change` of the data, beginning a session if there is something to keep. */
  #change(view: View, change: (data: Data) => Data): Outcome {
    const row = this.find(view.ticket)
    if (row) this.#take(view, Object.assign(row, { data: change(row.data), version: row.version + 1 }))
    else if (view.ticket) return this.#dead(view)
    else {
      const data = change({})
      if (Object.keys(data).length > 0) this.#begin(view, data, null)
    }
    return done
  }

  #step(view: View, step: Call): Outcome {
    switch (step.do) {
      case 'pop':
        return this.#pop(view, step.key)
      case 'setDefault': {
        if (view.lost) return interrupted
        const outcome = this.#change(view, (data) => (has(data, step.key) ? data : { ...data, [step.key]: step.value }))
        return 'code' in outcome ? outcome : { value: view.row?.data[step.key] ?? (view.row ? null : step.value) }
      }
      case 'count':
      case 'rename':
        if (step.do === 'count' && isReserved(step.key)) return { code: 'DATA_INVALID' }
        return this.#update(view, (data) => updated(data, step.do, step.key))
      case 'setExpiry':
        return this.#setExpiry(view, step.rule)
      case 'login':
        return this.#login(view, step.user)
      case 'revokeOthers':
        return this.#revokeOthers(view)
      case 'cycleKey':
        return this.#renew(view, {})
      default:
        return this.#flush(view)
    }
  }

  #pop(view: View, name: string): Outcome {
    if (isReserved(name)) return { value: 'fallback' }
    if (view.lost) return interrupted
    if (!view.ticket) return { value: 'fallback' }
    const row = this.find(view.ticket)
    if (!row) return this.#dead(view)
    if (!has(row.data, name)) return { value: 'fallback' }
    const value = row.data[name]
    this.#take(view, Object.assign(row, { data: without(row.data, [name]), version: row.version + 1 }))
    return { value }
  }

  #update(view: View, change: (data: Data) => Data): Outcome {
    if (view.lost) return Object.keys(change({})).length > 0 ? interrupted : done
    const row = this.find(view.ticket)
    if (!row || row.version !== view.row?.version) return this.#changeIfDifferent(view, change)
    return change(row.data) === row.data ? done : this.#change(view, change)
  }

  #changeIfDifferent(view: View, change: (data: Data) => Data): Outcome {
    const row = this.find(view.ticket)
    if (!row || change(row.data) !== row.data) return this.#change(view, change)
    this.#take(view, row)
    return done
  }

  #setExpiry(view: View, rule: Rule): Outcome {
    if (view.lost) return interrupted
    const row = this.find(view.ticket)
    if (!view.ticket) view.pending = rule
    else if (!row) return this.#dead(view)
    else if (rule === 'past') {
      row.rule = rule
      this.#reset(view)
    } else {
      this.#take(view, Object.assign(row, { rule }))
      view.cookie = view.ticket
    }
    return done
  }

  #login(view: View, userId: string): Outcome {
    const row = this.find(view.ticket)
    const otherUser = view.row !== null && view.row.userId !== null && view.row.userId !== userId
    if (view.ticket && !row && (otherUser || !this.#live(view.ticket))) return this.#dead(view)
    if (row && !otherUser) return this.#renew(view, { userId })
    if (row && view.ticket) this.rows.delete(view.ticket.id)
    else if (this.#renewRotated(view, userId)) return done
    this.#begin(view, {}, userId)
    return done
  }

  /** A login form that was submitted twice: the first login of the same user has rotated the token. */
  #renewRotated(view: View, userId: string): boolean {
    const ticket = view.ticket ?? (view.lost ? view.presented : null)
    const row = ticket && this.#live(ticket)
    if (!ticket || !row || row.userId !== userId) {
      if (view.ticket) this.#dead(view)
      return false
    }
    Object.assign(view, { ticket: { id: ticket.id, token: this.#next++ }, lost: false, pending: null })
    this.#take(view, Object.assign(row, { token: view.ticket?.token, version: row.version + 1 }))
    view.cookie = view.ticket
    return true
  }

  #renew(view: View, change: Partial<Row>): Outcome {
    const row = this.find(view.ticket)
    if (view.lost) return interrupted
    if (!view.ticket) return done
    if (!row) return this.#dead(view)
    view.ticket = { id: view.ticket.id, token: this.#next++ }
    this.#take(view, Object.assign(row, change, { token: view.ticket.token, version: row.version + 1 }))
    view.cookie = view.ticket
    return done
  }

  #revokeOthers(view: View): Outcome {
    const userId = view.row?.userId ?? null
    if (view.lost) return interrupted
    if (userId === null || !view.ticket) return { value: 0 }
    if (!this.find(view.ticket)) return this.#dead(view)
    const others = [...this.rows].filter(
      ([id, row]) => row.userId === userId && id !== view.ticket?.id && !(this.#dropsExpired && row.rule === 'past'),
    )
    for (const [id] of others) this.rows.delete(id)
    return { value: others.length }
  }

  #flush(view: View): Outcome {
    const ticket = view.ticket ?? view.presented
    if (ticket) this.rows.delete(ticket.id)
    this.#reset(view)
    return done
  }

  #begin(view: View, data: Data, userId: string | null): void {
    const ticket = { id: this.#next++, token: this.#next++ }
    const row: Row = { token: ticket.token, data, userId, rule: view.pending, version: 1 }
    this.rows.set(ticket.id, row)
    if (view.pending === 'past') this.#reset(view)
    else Object.assign(view, { ticket, row: { ...row }, cookie: ticket, isNew: true, pending: null, lost: false })
  }

  #take(view: View, row: Row): void {
    view.row = { ...row }
  }

  #reset(view: View): void {
    Object.assign(view, { ticket: null, row: null, isNew: true, pending: null, cookie: null, lost: false })
  }

  /** The session is anonymous for the rest of the request, and its cookie stays as it is. */
  #dead(view: View): Outcome {
    Object.assign(view, { ticket: null, row: null, isNew: true, pending: null, lost: true })
    return interrupted
  }
}
