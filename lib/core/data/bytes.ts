// This code uses lookup tables because it runs in every request: `atob` or `toString(16)` per byte would take as long
// as the cryptography.
const hexOfByte = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0'))
const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'
const sixBitsOf = Array.from({ length: 128 }, (_, code) => Math.max(alphabet.indexOf(String.fromCharCode(code)), 0))

/** Encodes bytes as unpadded base64url (RFC 4648, section 5). */
export function base64url(bytes: Uint8Array): string {
  return btoa(String.fromCharCode(...bytes)).replace(/[+/=]/g, (symbol) => ({ '+': '-', '/': '_' })[symbol] ?? '')
}

/** Decodes unpadded base64url. The text must be well-formed: the caller checks it first. */
export function bytesOf(text: string): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(Math.floor((text.length * 3) / 4))
  let bits = 0
  let pending = 0
  let at = 0
  for (let i = 0; i < text.length; i++) {
    pending = (pending << 6) | (sixBitsOf[text.charCodeAt(i)] ?? 0)
    bits += 6
    if (bits < 8) continue
    bits -= 8
    bytes[at++] = pending >> bits // the array keeps the lowest eight bits
  }
  return bytes
}

/** Makes a version 7 UUID (RFC 9562, section 5.7) from milliseconds and 10 random bytes. Such ids sort by time. */
export function uuidV7(milliseconds: number, random: Uint8Array): string {
  const bytes = new Uint8Array(16)
  const view = new DataView(bytes.buffer)
  view.setUint16(0, Math.floor(milliseconds / 2 ** 32))
  view.setUint32(2, milliseconds % 2 ** 32)
  bytes.set(random.subarray(0, 10), 6)
  view.setUint8(6, (view.getUint8(6) & 0x0f) | 0x70)
  view.setUint8(8, (view.getUint8(8) & 0x3f) | 0x80)
  return uuidOf(bytes)
}

/** Formats 16 bytes as a UUID. */
export function uuidOf(bytes: Uint8Array): string {
  let hex = ''
  for (const byte of bytes) hex += hexOfByte[byte]
  return uuidOfHex(hex)
}

/** Formats the first 32 hexadecimal digits of `hex` as a UUID. */
export function uuidOfHex(hex: string): string {
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20, 32)}`
}

/** Returns the 16 bytes of a UUID. */
export function uuidBytes(id: string): Uint8Array {
  const hex = id.replaceAll('-', '')
  const bytes = new Uint8Array(16)
  for (let i = 0; i < 16; i++) bytes[i] = Number.parseInt(hex.slice(2 * i, 2 * i + 2), 16)
  return bytes
}

/** Returns true if `text` is a UUID in its canonical lower-case form. */
export function isUuid(text: unknown): text is string {
  return typeof text === 'string' && /^[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}$/.test(text)
}
