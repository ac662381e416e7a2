import {
  type CarriedSession,
  type CarrierOptions,
  expiresAtBrowserClose,
  firstLive,
  outerLimit,
  type SessionCarrier,
  storeNow,
} from '../../core/cookie/carrier.ts'
import type { StoredSession } from '../../core/store/stored-session.ts'
import { packed, unpacked } from './payload.ts'
import { createSeal } from './seal.ts'
import { refusingStore, VisitorStore } from './visitor-store.ts'

/** Creates the carrier for sessions in cookies: the cookie is the encrypted session. */
export function sealedCarrier(options: CarrierOptions, now: () => number): SessionCarrier {
  const { policy, expireAtBrowserClose } = options
  const seal = createSeal(options)

  /** Each write of `store` seals the session again, so each write has a new credential. */
  const carry = (store: VisitorStore) => {
    const issue = (row: StoredSession) => {
      const { id, tokenHash } = row
      return { id, tokenHash, tokenSecret: '', value: store.sealed, expiresSeconds: outerLimit(policy, row) }
    }
    const maxAge: CarriedSession['maxAge'] = (row, { expiresSeconds }) => {
      if (expiresAtBrowserClose(row.expiry, expireAtBrowserClose)) return undefined
      // The cookie contains the session, so the cookie expires with the session.
      return Math.max(Math.floor(Math.min(row.secondsLeft, expiresSeconds - storeNow(row))), 1)
    }
    return { store, canTouch: false, issue, reissue: issue, maxAge }
  }

  return {
    store: refusingStore,
    open: (values) => {
      const newStore = () => new VisitorStore((row) => seal.close(packed(row)), now)
      const openOne = async (value: string): Promise<CarriedSession | 'malformed' | 'forged'> => {
        const opened = await seal.open(value)
        if (typeof opened === 'string') return opened
        const store = newStore()
        const carried = carry(store)
        const row = store.restore(unpacked(opened.text), opened.value)
        const credential = row && carried.issue(row)
        return { ...carried, found: credential ? { row, credential } : 'unknown', presented: credential }
      }
      return firstLive(values, openOne, (rejection) => ({ ...carry(newStore()), found: rejection, presented: null }))
    },
  }
}
