import type { NextConfig } from 'next'

const config: NextConfig = {
  cacheComponents: true,
  partialPrefetching: true,
  // These find their own files at run time, which bundling would hide.
  serverExternalPackages: ['@electric-sql/pglite', '@vercel/postgres', 'pg', 'proper-lockfile'],
  poweredByHeader: false,
}

export default config
