import fc from 'fast-check'
import { anyPath, junk, marker, reading } from './common'

const methods = fc.constantFrom(
  'OPTIONS',
  'PUT',
  'POST',
  'DELETE',
  'PATCH',
  'PROPFIND',
  'TRACE',
  'LOCK',
  'PURGE',
  'SEARCH',
  'M-SEARCH',
  'REPORT',
)
// A stranger's DELETE, or a POST without a body, is allowed and stores nothing. TRACE cannot be told to a web `Request`.
export const method = fc
  .record({ method: methods, path: anyPath, headers: fc.constant({}) })
  .map((request) => ({ ...request, refusedByNext: request.method === 'TRACE' }))

const evilPath = fc.oneof(
  fc.constantFrom(
    ...[
      '/%00',
      '/%',
      '/%ff',
      '/%2e%2e/%2e%2e/etc/passwd',
      '/../../../etc/passwd',
      '//evil.example/account',
      '/\\evil.example',
      '/.env.local',
      '/.git/config',
    ],
    ...[
      '/account/%',
      '/account/%00',
      '/%61ccount',
      '/account/../admin/sessions',
      '/account//',
      '/ACCOUNT',
      '/account;x',
      '/account%2f',
      '/account%5c..',
    ],
    ...[
      '/_next/',
      '/_next/static/../../package.json',
      '/_next/data/x/account.json',
      '/_next/image?url=//evil.example&w=64&q=1',
      '/_next/static/%00',
    ],
    ...[
      '/__nextjs_original-stack-frame',
      '/account.rsc',
      '/account.segments/_tree.segment.rsc',
      '/index.rsc',
      '/_not-found',
      '/_middleware',
    ],
    `/${'a'.repeat(6000)}`,
    `/${'a/'.repeat(2000)}`,
    `/${marker}`,
  ),
  fc
    .tuple(
      fc.constantFrom('/account', '/login', '/admin', '/'),
      fc.constantFrom('next', 'problem', 'key', '_rsc', '__proto__', 'next[]'),
      junk,
    )
    .map(([path, name, value]) => `${path}?${name}=${encodeURIComponent(value)}`),
  fc
    .constantFrom(
      '//evil.example',
      '/\\evil.example',
      'https://evil.example',
      'javascript:alert(1)',
      '/%0d%0aset-cookie:a=b',
      '/login?next=/login',
      marker,
    )
    .map((next) => `/login?next=${encodeURIComponent(next)}`),
)
/** Paths that lead out, around the guard, or nowhere, and what hides in a query. */
export const path = fc.oneof(
  { weight: 50, arbitrary: fc.record({ method: reading, path: evilPath, headers: fc.constant({}) }) },
  // The page for failures, asked for by its name, has the status of a failure.
  {
    weight: 1,
    arbitrary: fc.record({
      method: reading,
      path: fc.constant('/_global-error'),
      headers: fc.constant({}),
      refusedByNext: fc.constant(true),
    }),
  },
)
