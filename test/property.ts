const { FC_RUNS: given, FC_SEED: seed, FC_PATH: path } = process.env

/**
 * How a property test runs: `count` random cases, or FC_RUNS of them. FC_SEED and FC_PATH, which fast-check prints beside a counterexample,
 * repeat it.
 */
export function runs(count: number) {
  return { numRuns: Number(given ?? count), ...(seed && { seed: Number(seed) }), ...(path && { path }) }
}

/** Most milliseconds that a property may take: a longer run is asked for by hand. */
export const propertyTimeout = given ? 3_600_000 : 180_000
