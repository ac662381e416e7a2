import type { Json, JsonObject } from '../data/json.ts'

/** Matched anywhere in a key. */
const secretParts = new RegExp(
  [
    'passw|passcode|passphrase|secret|token|credential|cookie|apikey|privatekey',
    'creditcard|cardnumber|authorization|oauth|bearer|signature|iban',
  ].join('|'),
)
/** Words that must match as a whole, because they are parts of harmless words: 'key' is in 'monkey'. */
const words = new Set('pass pwd key keys private auth jwt card cvc cvv pan pin otp totp ssn csrf mfa'.split(' '))

/** Returns true if the value of this key is likely a secret: a password, a token, a card number. */
export function looksSecret(key: string): boolean {
  const spaced = key.replace(/([\p{Ll}\d])(?=\p{Lu})|(\p{Lu})(?=\p{Lu}\p{Ll})/gu, '$& ').toLowerCase()
  const parts = spaced.split(/[^\p{L}\d]+/u)
  return secretParts.test(parts.join('')) || parts.some((part) => words.has(part.replace(/\d+$/, '')))
}

const uuid = /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/i
const date = /^\d{4}-\d\d-\d\d/

/** Returns true if a text is one long run of letters and digits, like a key, a token or a JWT. UUIDs and dates do not count. */
export function looksRandom(text: string): boolean {
  const run = text.replace(/^(bearer|basic) +/i, '')
  return /^[\w.+/=~-]{24,}$/.test(run) && /\d/.test(run) && /[a-z]/i.test(run) && !uuid.test(run) && !date.test(run)
}

/**
 * Replaces values that look like secrets, by key or by form, with `mask`, at any depth. Returns the copy and the number of
 * masked values.
 */
export function maskSecrets(data: JsonObject, mask: string): { readonly data: JsonObject; readonly masked: number } {
  let masked = 0
  const hide = () => {
    masked += 1
    return mask
  }
  const members = (value: JsonObject): JsonObject =>
    Object.fromEntries(Object.entries(value).map(([key, member]) => [key, looksSecret(key) ? hide() : maskValue(member)]))
  const maskValue = (value: Json): Json => {
    if (typeof value === 'string') return looksRandom(value) ? hide() : value
    if (typeof value !== 'object' || value === null) return value
    return isList(value) ? value.map(maskValue) : members(value)
  }
  const safe = members(data)
  return { data: safe, masked }
}

function isList(value: readonly Json[] | JsonObject): value is readonly Json[] {
  return Array.isArray(value)
}
