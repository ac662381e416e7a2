import fc from 'fast-check'
import { anyPath, junk, marker, reading, type Sending } from './common'

const names = [
  'accept',
  'accept-language',
  'origin',
  'referer',
  'range',
  'if-none-match',
  'x-forwarded-for',
  'x-forwarded-proto',
  'x-real-ip',
  'user-agent',
]
const nextNames = [
  ...[
    'rsc',
    'next-router-prefetch',
    'next-router-state-tree',
    'next-router-segment-prefetch',
    'next-url',
    'next-hmr-refresh',
    'x-nextjs-data',
  ],
  ...[
    'x-middleware-subrequest',
    'x-middleware-rewrite',
    'x-middleware-next',
    'x-invoke-path',
    'x-matched-path',
    'x-forwarded-host',
    'purpose',
  ],
]
const headerValue = fc.oneof(
  junk,
  fc.constantFrom(
    '1',
    '/_tree',
    '/account',
    'middleware:middleware:middleware',
    'src/middleware',
    'https://evil.example',
    '1.1.1.1, ::1',
    'bytes=0-',
  ),
)
const strangeHeaders = fc.record({
  method: reading,
  path: anyPath,
  headers: fc.dictionary(fc.constantFrom(...names, ...nextNames), headerValue, { minKeys: 1, maxKeys: 5 }),
})
const crossSite: fc.Arbitrary<Sending> = fc.record({
  method: fc.constantFrom('PATCH', 'POST', 'DELETE'),
  path: fc.constantFrom('/api/session', '/api/session/increment', '/api/login'),
  headers: fc.constantFrom(
    { 'sec-fetch-site': 'cross-site' },
    { 'sec-fetch-site': 'same-site' },
    { 'sec-fetch-site': marker },
    { origin: 'https://evil.example' },
    { origin: 'null' },
    { origin: 'http://localhost' },
    { origin: marker },
  ),
  body: fc.constant(`{"key":"stolen","username":"demo","password":"demo","${marker}":1}`),
})
const hosts = fc.constantFrom(
  'evil.example',
  'localhost:1',
  'a b',
  '[::',
  marker,
  'x'.repeat(300),
  '\u00e9',
  'localhost@evil.example',
  '',
)
const otherHost = fc.record({ method: reading, path: anyPath, headers: hosts.map((host) => ({ host })) })

/** Headers with false values about the site, the host, the router or the middleware. */
export const headers: fc.Arbitrary<Sending> = fc.oneof(strangeHeaders, crossSite, otherHost)
