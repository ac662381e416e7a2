import type { NextConfig } from 'next'

const config: NextConfig = {
  cacheComponents: true,
  partialPrefetching: true,
  // These packages load their own files at run time, which does not work when they are bundled.
  serverExternalPackages: ['@electric-sql/pglite', '@vercel/postgres', 'pg', 'proper-lockfile'],
  poweredByHeader: false,
  // scripts/test.mjs checks the types of all files by itself.
  typescript: { ignoreBuildErrors: process.env.TYPES_ARE_CHECKED === 'yes' },
  // middleware.ts adds a Content-Security-Policy with a nonce to each page.
  headers: async () => [
    {
      source: '/:path*',
      headers: [
        { key: 'X-Content-Type-Options', value: 'nosniff' },
        { key: 'X-Frame-Options', value: 'DENY' },
        { key: 'Referrer-Policy', value: 'strict-origin-when-cross-origin' },
      ],
    },
  ],
}

export default config
