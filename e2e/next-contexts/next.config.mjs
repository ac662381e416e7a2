import path from 'node:path'

const shared = {
  // The packages are links to their installed folders. Those folders must be below the root of Turbopack.
  turbopack: { root: path.parse(process.cwd()).root },
  typescript: { ignoreBuildErrors: true },
}
// Without Cache Components, `use cache` needs a separate option.
const cached = process.env.CACHE_COMPONENTS
  ? { cacheComponents: true, partialPrefetching: true }
  : { experimental: { useCache: true } }

export default { ...shared, ...cached }
