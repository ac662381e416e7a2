import type { Json, JsonObject } from '../data/json.ts'

/** Found anywhere in a key. */
const telling =
  /passw|passcode|passphrase|secret|token|credential|cookie|apikey|privatekey|creditcard|cardnumber|authorization|oauth|bearer|signature|iban/
/** Words too short or too common to be looked for within others: 'key' is one, 'monkey' is not. */
const words = new Set('pass pwd key keys private auth jwt card cvc cvv pan pin otp totp ssn csrf mfa'.split(' '))

/** Whether what stands under this key is likely nobody's business: a password, a token, a card. */
export function looksSecret(key: string): boolean {
  const apart = key.replace(/([\p{Ll}\d])(?=\p{Lu})|(\p{Lu})(?=\p{Lu}\p{Ll})/gu, '$& ').toLowerCase()
  const parts = apart.split(/[^\p{L}\d]+/u)
  return telling.test(parts.join('')) || parts.some((part) => words.has(part.replace(/\d+$/, '')))
}

const uuid = /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/i
const date = /^\d{4}-\d\d-\d\d/

/** Whether a text is one long run of letters and digits, as keys, tokens and JWTs are, but UUIDs and dates are not. */
export function looksRandom(text: string): boolean {
  const run = text.replace(/^(bearer|basic) +/i, '')
  return /^[\w.+/=~-]{24,}$/.test(run) && /\d/.test(run) && /[a-z]/i.test(run) && !uuid.test(run) && !date.test(run)
}

/** The data, at any depth with `mask` in place of what looks like a secret by its key or by its form, and how many there were. */
export function maskSecrets(data: JsonObject, mask: string): { readonly data: JsonObject; readonly masked: number } {
  let masked = 0
  const hide = () => {
    masked += 1
    return mask
  }
  const members = (value: JsonObject): JsonObject =>
    Object.fromEntries(Object.entries(value).map(([key, member]) => [key, looksSecret(key) ? hide() : shown(member)]))
  const shown = (value: Json): Json => {
    if (typeof value === 'string') return looksRandom(value) ? hide() : value
    if (typeof value !== 'object' || value === null) return value
    return isList(value) ? value.map(shown) : members(value)
  }
  const safe = members(data)
  return { data: safe, masked }
}

function isList(value: readonly Json[] | JsonObject): value is readonly Json[] {
  return Array.isArray(value)
}
