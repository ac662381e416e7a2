import type { Json, JsonObject } from '../data/json.ts'

/** Parts of words that mark a secret anywhere in a key. */
const secretParts = new RegExp(
  [
    'passw|passcode|passphrase|secret|token|credential|cookie|apikey|privatekey',
    'creditcard|cardnumber|authorization|oauth|bearer|signature|iban',
    'sessionid|sessid|sessionkey|connectionstring',
  ].join('|'),
)
/** Words that must match as a whole, because they are parts of harmless words, as 'key' is part of 'monkey'. */
const words = new Set('pass pwd key keys private auth jwt card cvc cvv pan pin otp totp ssn csrf mfa sid dsn'.split(' '))

/** Returns true if the value of this key is likely a secret: a password, a token, a card number. */
export function looksSecret(key: string): boolean {
  const spaced = key.replace(/([\p{Ll}\d])(?=\p{Lu})|(\p{Lu})(?=\p{Lu}\p{Ll})/gu, '$& ').toLowerCase()
  const parts = spaced.split(/[^\p{L}\d]+/u)
  return secretParts.test(parts.join('')) || parts.some((part) => words.has(part.replace(/\d+$/, '')))
}

const uuid = /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/i
const date = /^\d{4}-\d\d-\d\d/

/**
 * Returns true if a text is one long run of letters and digits, like a key, a token or a JWT. Returns false for UUIDs and dates.
 */
export function looksRandom(text: string): boolean {
  const run = text.replace(/^(bearer|basic) +/i, '')
  return /^[\w.+/=~-]{24,}$/.test(run) && /\d/.test(run) && /[a-z]/i.test(run) && !uuid.test(run) && !date.test(run)
}

/**
 * Replaces everything that looks like a secret with `mask`, at any depth and also inside texts. Values are recognised by their key
 * or form, keys by their form. Returns the copy and the number of replacements.
 */
export function maskSecrets(data: JsonObject, mask: string): { readonly data: JsonObject; readonly masked: number } {
  const masker = new Masker(mask)
  return { data: masker.members(data), masked: masker.count }
}

/** A name and a value in JSON within a text. */
const jsonPair = /"([^"\\]+)"(\s*:\s*)("(?:[^"\\]|\\.)*"|-?[\d.]+)/g
/** A name and a value as in a query, a form, or the header Cookie. */
const pair = /(?<![\w.-])([\w.-]+)=([^\s&;,#"']+)/g
/** The password in a URL. */
const urlPassword = /(\/\/[^\s/:@]*):[^\s/@]+@/g

class Masker {
  readonly #mask: string
  count = 0

  constructor(mask: string) {
    this.#mask = mask
  }

  members(value: JsonObject): JsonObject {
    const copy = new Map<string, Json>()
    for (const [key, member] of Object.entries(value)) {
      copy.set(looksRandom(key) ? this.#unusedKey(copy) : key, looksSecret(key) ? this.#hide() : this.#value(member))
    }
    return Object.fromEntries(copy)
  }

  #value(value: Json): Json {
    if (typeof value === 'string') return looksRandom(value) ? this.#hide() : this.#text(value)
    if (typeof value !== 'object' || value === null) return value
    return isList(value) ? value.map((item) => this.#value(item)) : this.members(value)
  }

  /** Returns the text with its secrets masked. A text without secrets is returned unchanged. */
  #text(text: string): string {
    const json = parsed(text)
    if (json !== undefined) {
      const before = this.count
      try {
        const masked = JSON.stringify(this.#value(json))
        return this.count === before ? text : masked
      } catch {
        return this.#hide() // too deep for the call stack
      }
    }
    return text
      .replace(jsonPair, (whole, key, colon) => (looksSecret(key) ? `"${key}"${colon}"${this.#hide()}"` : whole))
      .replace(pair, (whole, key) => (looksSecret(key) ? `${key}=${this.#hide()}` : whole))
      .replace(urlPassword, (_, start) => `${start}:${this.#hide()}@`)
  }

  #hide(): string {
    this.count += 1
    return this.#mask
  }

  #unusedKey(taken: ReadonlyMap<string, Json>): string {
    const key = this.#hide()
    let unused = key
    for (let number = 2; taken.has(unused); number++) unused = `${key} ${number}`
    return unused
  }
}

/** Parses a text that is the JSON of an object or a list. Returns undefined for any other text. */
function parsed(text: string): Json | undefined {
  if (!/^\s*[[{]/.test(text)) return undefined
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

function isList(value: readonly Json[] | JsonObject): value is readonly Json[] {
  return Array.isArray(value)
}
