import type { NextConfig } from 'next'

const config: NextConfig = {
  cacheComponents: true,
  partialPrefetching: true,
  // These packages load their own files at run time, which does not work when they are bundled.
  serverExternalPackages: ['@electric-sql/pglite', '@vercel/postgres', 'pg', 'proper-lockfile'],
  poweredByHeader: false,
}

export default config
