/** The HKDF `info` of the key that signs tokens. */
export const macKeyInfo = 'coatcheck token v1 HMAC-SHA-256'

/** The HKDF `info` of the key under which users' credentials are hashed. */
export const authKeyInfo = 'coatcheck auth hash v1 HMAC-SHA-256'

/** The HKDF `info` of the key that signs device cookies and challenges. */
export const deviceKeyInfo = 'coatcheck device v1 HMAC-SHA-256'

/**
 * Derives a key from the application's secret with HKDF-SHA-256 (RFC 5869), through Web Crypto.
 * @param info The label of the key's purpose: no key serves two purposes.
 */
export async function deriveKey(
  secret: string,
  info: string,
  algorithm: AesDerivedKeyParams | HmacKeyGenParams,
  usages: KeyUsage[],
): Promise<CryptoKey> {
  const encoder = new TextEncoder()
  const material = await crypto.subtle.importKey('raw', encoder.encode(secret), 'HKDF', false, ['deriveKey'])
  const hkdf = { name: 'HKDF', hash: 'SHA-256', salt: new Uint8Array(), info: encoder.encode(info) }
  return crypto.subtle.deriveKey(hkdf, material, algorithm, false, usages)
}
