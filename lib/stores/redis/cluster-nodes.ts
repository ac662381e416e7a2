/** The primary and the replicas of each slot of a cluster. */
export type ClusterNodes = readonly { readonly master: object }[]

const slotCount = 16384

/** Returns the primary on which a key is stored, or null if the cluster is not connected. */
export function nodeOfKey(slots: ClusterNodes, key: string): object | null {
  return slots[slotOf(key)]?.master ?? null
}

/**
 * Returns the slot of a key: CRC-16 (XMODEM) of the part in braces, or of the whole key.
 * @see Redis cluster specification, "Hash tags"
 */
function slotOf(key: string): number {
  const hashed = /^[^{]*\{([^}]+)\}/.exec(key)?.[1] ?? key
  let crc = 0
  for (const byte of new TextEncoder().encode(hashed)) {
    crc ^= byte << 8
    for (let bit = 0; bit < 8; bit++) crc = crc & 0x8000 ? (crc << 1) ^ 0x1021 : crc << 1
  }
  return (crc & 0xffff) % slotCount
}
