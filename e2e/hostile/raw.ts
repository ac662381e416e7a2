import fc from 'fast-check'
import { marker } from './common'

/** Texts that no HTTP client would send. They are written to the socket unchanged. */
const rawText = fc.constantFrom(
  'GET / HTTP/1.1\r\n\r\n',
  'GET /api/session HTTP/1.1\r\nHost: localhost\r\nCookie: __Host-session=\u0000\r\n\r\n',
  'GET /api/session HTTP/1.1\r\nHost: localhost\r\nCookie: a\r\n b\r\n\r\n',
  'PATCH /api/session HTTP/1.1\r\nHost: localhost\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\n{}',
  'PATCH /api/session HTTP/1.1\r\nHost: localhost\r\nContent-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n',
  'PATCH /api/session HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n',
  'GET /a b HTTP/1.1\r\nHost: localhost\r\n\r\n',
  'GET /\u0000 HTTP/1.1\r\nHost: localhost\r\n\r\n',
  'GET http://evil.example/account HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n',
  'GET * HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n',
  'CONNECT evil.example:443 HTTP/1.1\r\nHost: evil.example\r\n\r\n',
  'get /account HTTP/1.1\r\nHost: localhost\r\n\r\n',
  'GET /account HTTP/9.9\r\nHost: localhost\r\n\r\n',
  `GET /account HTTP/1.1\r\nHost: localhost\r\nX: ${'x'.repeat(100_000)}\r\n\r\n`,
  '\u0016\u0003\u0001',
  `${marker}\r\n\r\n`,
)
// Next parses `*` as a URL.
export const raw = rawText.map((text) => ({
  method: '',
  path: '',
  headers: {},
  body: text,
  refusedByNext: text.startsWith('GET *'),
}))
