import fc from 'fast-check'
import { marker, type Sending } from './common'

const badJson = fc.constantFrom(
  ...[
    '',
    '{',
    '[]',
    'null',
    '"text"',
    '1',
    'NaN',
    '{"a":}',
    '{"a":1}}',
    "{'a':1}",
    '\u0000',
    '\ufeff',
    `{"${marker}"`,
    '[[[[',
    '{"a":\u00ff}',
  ],
  ...[
    '{"_a":1}',
    '{"a":"\\u0000"}',
    '{"__proto__":{}}',
    '{"a":{"__proto__":1}}',
    '{"a\\u0000":1}',
    '{"a":"\\ud800"}',
    '{"a":1e999}',
  ],
  `{"a":${'['.repeat(150)}${']'.repeat(150)}}`,
  `{"a":${'['.repeat(50_000)}`,
  `{"${marker}":"${'x'.repeat(66_000)}"}`,
)
const megabyte = fc.constant(`{"a":"${'x'.repeat(1_000_000)}"}`)
const formBody = `--x\r\nContent-Disposition: form-data; name="key"\r\n\r\n${marker}\r\n--x--\r\n`
const contentType = fc.constantFrom(
  'application/json',
  'text/plain',
  'application/x-www-form-urlencoded',
  'nonsense',
  'multipart/form-data; boundary=x',
)

/** Bodies that every handler must reject. */
export const body: fc.Arbitrary<Sending> = fc.oneof(
  { weight: 8, arbitrary: requestOf('PATCH', '/api/session', fc.oneof({ weight: 40, arbitrary: badJson }, megabyte)) },
  requestOf(
    'POST',
    '/api/session/increment',
    fc.oneof(
      badJson,
      fc.constantFrom(
        '{"key":"a","by":"1"}',
        '{"by":1}',
        '{"key":"__proto__"}',
        '{"key":"_x"}',
        '{"key":"a","by":1e999}',
        '{"key":{}}',
      ),
    ),
  ),
  requestOf(
    'POST',
    '/api/session/expiry',
    fc.oneof(badJson, fc.constantFrom('{"value":"soon"}', '{"value":1e300}', '{"value":{}}', '{"value":"0000-00-00T"}')),
  ),
  requestOf(
    'POST',
    '/api/login',
    fc.oneof(
      badJson,
      fc.constantFrom(
        `{"username":"' or 1=1 --","password":"${marker}"}`,
        '{"username":{},"password":[]}',
        '{"username":"a b","password":"x"}',
      ),
    ),
  ),
  requestOf('DELETE', '/api/session?key=%00', badJson),
  requestOf('DELETE', '/api/session?key=__proto__', badJson),
  requestOf('PATCH', '/api/session', fc.constant(formBody)),
)

function requestOf(method: string, path: string, text: fc.Arbitrary<string>): fc.Arbitrary<Sending> {
  return fc
    .record({ text, type: contentType })
    .map(({ text, type }) => ({ method, path, headers: { 'content-type': type }, body: text }))
}
