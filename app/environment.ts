type Environment = Readonly<Record<string, string | undefined>>

/** The whole number that a variable of the environment holds; undefined if it is not set, or empty. */
export function wholeNumber(name: string, env: Environment = process.env): number | undefined {
  const text = env[name]
  if (!text) return undefined
  if (!/^[1-9]\d{0,8}$/.test(text)) throw new Error(`${name} is ${text}; use a whole number, at least 1`)
  return Number(text)
}
