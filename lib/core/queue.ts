import { emptyPatch, mergePatches, type PatchParts } from './patch.ts'
import type { CookieJar, WriteOptions } from './visit.ts'

/** One call of `set`, `delete` or `clear`, waiting to be written. */
interface Member {
  readonly jar: Promise<CookieJar>
  readonly parts: PatchParts
  readonly refresh: WriteOptions['refresh']
  readonly resolve: () => void
  readonly reject: (error: unknown) => void
}

// Taken before a test replaces it with a fake timer that nobody advances.
const { setImmediate: afterThisTurn } = globalThis

/** The writes of one session object, one after another; adjacent patches of one turn of the event loop become one. */
export class WriteQueue {
  #tail: Promise<unknown> = Promise.resolve()
  #open: Member[] | null = null

  /** What the patches that can still be joined will do: for checks at the call. */
  get openParts(): PatchParts {
    return (this.#open ?? []).reduce((all, { parts }) => mergePatches(all, parts), emptyPatch)
  }

  /** Runs `step` once all earlier writes are done; later patches do not join earlier ones across it. */
  barrier<T>(step: () => Promise<T>): Promise<T> {
    this.#open = null
    const result = this.#tail.then(step)
    this.#tail = result.catch(() => {})
    return result
  }

  /**
   * Joins `parts` to the patch that is being gathered. `write` runs once for all that joined, and may refuse a caller
   * by its jar before the patch is made.
   */
  patch(
    jar: Promise<CookieJar>,
    parts: PatchParts,
    refresh: WriteOptions['refresh'],
    check: (jar: CookieJar) => void,
    write: (parts: PatchParts, jar: CookieJar, refresh: WriteOptions['refresh']) => Promise<void>,
  ): Promise<void> {
    return new Promise((resolve, reject) => {
      const member: Member = { jar, parts, refresh, resolve, reject }
      if (this.#open) {
        this.#open.push(member)
        return
      }
      const members = [member]
      const turnEnd = new Promise<void>((done) => afterThisTurn(done))
      void this.barrier(async () => {
        await turnEnd
        if (this.#open === members) this.#open = null
        await writeTogether(members, check, write)
      })
      this.#open = members
    })
  }
}

async function writeTogether(
  members: readonly Member[],
  check: (jar: CookieJar) => void,
  write: (parts: PatchParts, jar: CookieJar, refresh: WriteOptions['refresh']) => Promise<void>,
): Promise<void> {
  const admitted: { readonly member: Member; readonly jar: CookieJar }[] = []
  for (const member of members) {
    try {
      const jar = await member.jar
      check(jar)
      admitted.push({ member, jar })
    } catch (error) {
      member.reject(error)
    }
  }
  const last = admitted.at(-1)
  if (!last) return
  try {
    const parts = admitted.reduce((all, { member }) => mergePatches(all, member.parts), emptyPatch)
    await write(parts, last.jar, strongest(admitted.map(({ member }) => member.refresh)))
    for (const { member } of admitted) member.resolve()
  } catch (error) {
    for (const { member } of admitted) member.reject(error)
  }
}

/** The refresh that satisfies every caller: the default does most, false nothing. */
function strongest(refreshes: readonly WriteOptions['refresh'][]): WriteOptions['refresh'] {
  if (refreshes.includes(undefined)) return undefined
  return refreshes.includes('page') ? 'page' : false
}
