/** Points the `@vercel/postgres` and `@neondatabase/serverless` of this process at a relay on that port of localhost. */
export function useRelay(relayPort: number): Promise<void>
