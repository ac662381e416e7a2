import path from 'node:path'

const shared = {
  // The packages are links to where they are installed, which must lie below Turbopack's root.
  turbopack: { root: path.parse(process.cwd()).root },
  typescript: { ignoreBuildErrors: true },
}
// Without Cache Components `use cache` is a setting of its own.
const cached = process.env.CACHE_COMPONENTS
  ? { cacheComponents: true, partialPrefetching: true }
  : { experimental: { useCache: true } }

export default { ...shared, ...cached }
