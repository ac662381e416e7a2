const { FC_RUNS: given, FC_SEED: seed, FC_PATH: path } = process.env

/**
 * Returns the fast-check options for a property test with `count` random cases. FC_RUNS replaces the number of cases. FC_SEED and
 * FC_PATH, which fast-check prints with a counterexample, repeat it.
 */
export function runs(count: number) {
  return { numRuns: Number(given ?? count), ...(seed && { seed: Number(seed) }), ...(path && { path }) }
}

/** The timeout of a property test in milliseconds. With FC_RUNS, it is an hour. */
export const propertyTimeout = given ? 3_600_000 : 180_000
