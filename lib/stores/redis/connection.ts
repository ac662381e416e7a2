import { createHash } from 'node:crypto'
import { type ClusterNodes, nodeOfKey } from './cluster-nodes.ts'
import { HangWatch } from './hang-watch.ts'

/**
 * The methods that the stores use of a client from the npm package `redis` (5 or newer), created with `createClient`,
 * `createClientPool`, `createCluster` or `createSentinel`.
 */
export interface RedisClient {
  /** True if the client is connected or is connecting. */
  readonly isOpen: boolean
  /** True if the client is connected. Pools, and clusters of `redis` 5, do not have this property. */
  readonly isReady?: boolean
  /** The nodes of a cluster, by slot. Other clients do not have this property. */
  readonly slots?: ClusterNodes
  connect(): Promise<unknown>
  on(event: 'error', listener: (error: Error) => void): unknown
  on(event: 'connect' | 'ready' | 'end' | 'disconnect', listener: () => void): unknown
  eval(script: string, options: ScriptInput): Promise<unknown>
  evalSha(sha1: string, options: ScriptInput): Promise<unknown>
}

/** The keys of a script, all in one slot, and its other arguments. */
export interface ScriptInput {
  keys: string[]
  arguments: string[]
}

/** A failure of Redis or of the connection. It contains only a code, because messages of Redis quote commands with their data. */
export class RedisFailure extends Error {
  override readonly name = 'RedisFailure'
  /** The first word of an error reply (`OOM`, `READONLY`), a socket's code (`ECONNREFUSED`), or the name of the client's error. */
  readonly code: string

  constructor(error: unknown) {
    const code = codeOf(error)
    super(`Redis failed (${code})`)
    this.code = code
  }
}

/** A client, connected or not, or a function that creates one. */
export type RedisClientSource = RedisClient | (() => RedisClient | Promise<RedisClient>)

/** Runs a script on keys and returns its reply. @throws {RedisFailure} for every failure. */
export type RunScript = (script: string, keys: readonly string[], args: readonly string[]) => Promise<unknown>

/** Runs scripts on a client. Connects the client at the first use, and adds a prefix to all keys. */
export class RedisConnection {
  readonly #source: RedisClientSource
  readonly #prefix: string
  #opening: Promise<RedisClient> | undefined
  #client: RedisClient | undefined
  /** True if the client's last event was an error. */
  #isFailing = false
  /** True if the application has closed the client. Pools do not report this. */
  #isClosed = false
  /** Resolves or rejects the wait for the client's next event. */
  #notify: ((error?: Error) => void) | undefined
  readonly #hangs = new HangWatch()

  constructor(source: RedisClientSource, prefix: string) {
    this.#source = source
    this.#prefix = prefix
  }

  /** Runs a script and returns its reply. @throws {RedisFailure} for every failure. */
  async run(script: string, keys: readonly string[], args: readonly string[]): Promise<unknown> {
    const input = { keys: keys.map((key) => this.#prefix + key), arguments: [...args] }
    try {
      const client = await this.#open()
      const send = () =>
        client.evalSha(sha1Of(script), input).catch((error: unknown) => {
          if (codeOf(error) !== 'NOSCRIPT') throw error
          return client.eval(script, input) // Redis does not know the script yet, or was restarted.
        })
      const socket = socketOwner(client, input.keys[0])
      return await (socket ? this.#hangs.run(socket, send) : send())
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
    if (known && this.#isClosed) return known // Every command on a closed client rejects with ClientClosedError.
    if (!known?.isOpen) this.#client = undefined
    const client = this.#client ?? (typeof this.#source === 'function' ? await this.#source() : this.#source)
    if (client !== known) this.#watch(client)
    if (client !== this.#client) this.#isFailing = false
    this.#client = client
    const event = new Promise<void>((resolve, reject) => {
      this.#notify = (error) => (error ? reject(error) : resolve())
    })
    event.catch(() => {})
    // If no server listens, `connect` retries without rejecting. The first error event is earlier and contains the reason.
    if (!client.isOpen) await Promise.race([client.connect(), event])
    else if (client.isReady === false && !this.#isFailing) await event
    return client
  }

  /** Returns true if the client has closed itself after errors. Returns false if the application has closed it. */
  #hasGivenUp({ isOpen, isReady }: RedisClient): boolean {
    return !isOpen && isReady !== undefined && this.#isFailing && !this.#isClosed
  }

  #watch(client: RedisClient): void {
    // Without a listener, an error event would end the process. The operations report the error themselves.
    client.on('error', (error) => {
      this.#isFailing = true
      this.#notify?.(error)
    })
    const connected = () => {
      this.#isFailing = false
      this.#isClosed = false
      this.#notify?.()
    }
    const closed = () => {
      this.#isClosed = true
    }
    client.on('ready', connected)
    client.on('end', closed)
    // Clusters emit neither 'ready' nor 'end'. A single client emits 'connect' before it is ready.
    client.on('connect', () => client.isReady && connected())
    client.on('disconnect', closed)
  }
}

/** Returns the part of the client that has the one socket for this key: a node of a cluster, or the client. Null for a pool. */
function socketOwner(client: RedisClient, key: string | undefined): object | null {
  if (client.slots) return key === undefined ? null : nodeOfKey(client.slots, key)
  return client.isReady === undefined ? null : client
}

/** Returns the elements of a list reply as texts, or null if the reply is not a list. */
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
