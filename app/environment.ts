/** Environment variables, such as `process.env`. */
export type Environment = Readonly<Record<string, string | undefined>>

/** Returns the whole number in an environment variable; undefined if it is unset or empty. */
export function wholeNumber(name: string, env: Environment = process.env): number | undefined {
  const text = env[name]
  if (!text) return undefined
  if (!/^[1-9]\d{0,8}$/.test(text)) throw new Error(`${name} is ${text}; use a whole number, at least 1`)
  return Number(text)
}
