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
// An anonymous DELETE, or a POST without a body, is allowed and stores nothing. A web `Request` does not support TRACE.
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
/** Paths that lead to other sites, around the guard or nowhere, and hostile queries. */
export const path = fc.oneof(
  { weight: 50, arbitrary: fc.record({ method: reading, path: evilPath, headers: fc.constant({}) }) },
  // The error page has the status of an error, even if it is requested directly.
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
