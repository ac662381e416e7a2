import { createHash } from 'node:crypto'

/** What is used of a client of the npm package `redis` (5 or newer): `createClient`, `createClientPool`, `createCluster` or `createSentinel`. */
export interface RedisClient {
  /** Whether it is connected, or tries to be. */
  readonly isOpen: boolean
  /** Whether it is connected; pools and clusters do not tell. */
  readonly isReady?: boolean
  connect(): Promise<unknown>
  on(event: 'error', listener: (error: Error) => void): unknown
  on(event: 'ready' | 'end', listener: () => void): unknown
  eval(script: string, options: ScriptInput): Promise<unknown>
  evalSha(sha1: string, options: ScriptInput): Promise<unknown>
}

/** Keys, all of one slot, and other arguments of a script. */
export interface ScriptInput {
  keys: string[]
  arguments: string[]
}

/** A failure of Redis or of the way to it. Only its code is kept: messages quote commands, which contain data. */
export class RedisFailure extends Error {
  override readonly name = 'RedisFailure'
  /** The first word of Redis' answer (`OOM`, `READONLY`), a socket's code (`ECONNREFUSED`), or the name of the client's error. */
  readonly code: string

  constructor(error: unknown) {
    const code = codeOf(error)
    super(`Redis failed (${code})`)
    this.code = code
  }
}

/** A client, connected or not, or what opens one. */
export type RedisClientSource = RedisClient | (() => RedisClient | Promise<RedisClient>)

/** Runs scripts on a client, which it connects at the first use; the names of all keys begin with a prefix. */
export class RedisConnection {
  readonly #source: RedisClientSource
  readonly #prefix: string
  #opening: Promise<RedisClient> | undefined
  #client: RedisClient | undefined
  /** Whether the last that was heard of the client is an error. */
  #failing = false
  /** Whether its owner has closed it. Pools and clusters do not tell. */
  #ended = false
  /** Who waits for news of the client. */
  #tell: ((error?: Error) => void) | undefined

  constructor(source: RedisClientSource, prefix: string) {
    this.#source = source
    this.#prefix = prefix
  }

  /** Runs `script` and answers its reply. Rejects with a `RedisFailure`. */
  async run(script: string, keys: readonly string[], args: readonly string[]): Promise<unknown> {
    const input = { keys: keys.map((key) => this.#prefix + key), arguments: [...args] }
    try {
      const client = await this.#open()
      return await client.evalSha(sha1Of(script), input).catch((error: unknown) => {
        if (codeOf(error) !== 'NOSCRIPT') throw error
        return client.eval(script, input) // Redis has not seen it, or has been restarted
      })
    } catch (error) {
      throw new RedisFailure(error)
    }
  }

  #open(): Promise<RedisClient> {
    if (this.#client && this.#hasGivenUp(this.#client)) this.#opening = undefined
    this.#opening ??= this.#connect().catch((error: unknown) => {
      this.#opening = undefined
      throw error
    })
    return this.#opening
  }

  async #connect(): Promise<RedisClient> {
    const known = this.#client
    if (known && this.#ended) return known // whatever it is asked, it says that it is closed
    if (!known?.isOpen) this.#client = undefined
    const client = this.#client ?? (typeof this.#source === 'function' ? await this.#source() : this.#source)
    if (client !== known) this.#watch(client)
    if (client !== this.#client) this.#failing = false
    this.#client = client
    const news = new Promise<void>((resolve, reject) => {
      this.#tell = (error) => (error ? reject(error) : resolve())
    })
    news.catch(() => {})
    // A client that finds nobody goes on trying in silence: its first error tells sooner, and why.
    if (!client.isOpen) await Promise.race([client.connect(), news])
    else if (client.isReady === false && !this.#failing) await news
    return client
  }

  /** Whether it is closed since it found nobody, not since its owner wanted it to be. */
  #hasGivenUp({ isOpen, isReady }: RedisClient): boolean {
    return !isOpen && isReady !== undefined && this.#failing && !this.#ended
  }

  #watch(client: RedisClient): void {
    // Without a listener a broken connection would end the process; every operation tells of it anyway.
    client.on('error', (error) => {
      this.#failing = true
      this.#tell?.(error)
    })
    client.on('ready', () => {
      this.#failing = false
      this.#ended = false
      this.#tell?.()
    })
    client.on('end', () => {
      this.#ended = true
    })
  }
}

/** The texts of a reply that is a list; null if it is none. */
export function textsOf(reply: unknown): string[] | null {
  return Array.isArray(reply) ? reply.map(String) : null
}

const sha1s = new Map<string, string>()

function sha1Of(script: string): string {
  const known = sha1s.get(script) ?? createHash('sha1').update(script).digest('hex')
  sha1s.set(script, known)
  return known
}

function codeOf(error: unknown): string {
  if (!(error instanceof Error)) return 'UNKNOWN'
  if ('code' in error && typeof error.code === 'string') return error.code
  return /^[A-Z]{2,40}\b/.exec(error.message)?.[0] ?? error.constructor.name
}
