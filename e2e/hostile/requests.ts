import fc from 'fast-check'
import { action } from './actions'
import { body } from './bodies'
import { anyPath, type HostileRequest, type Material, reading, type Sending } from './common'
import { hostileCookie } from './cookies'
import { headers } from './headers'
import { method, path } from './paths'
import { raw } from './raw'

/** A hostile request of any kind. */
export function hostileRequest(material: Material): fc.Arbitrary<HostileRequest> {
  const cookie = fc.record({ method: reading, path: anyPath, headers: hostileCookie(material).map((text) => ({ cookie: text })) })
  const of = (kind: HostileRequest['kind'], request: fc.Arbitrary<Sending>) => request.map((rest) => ({ kind, ...rest }))
  return fc.oneof(
    { weight: 45, arbitrary: of('cookie', cookie) },
    { weight: 20, arbitrary: of('body', body) },
    { weight: 10, arbitrary: of('headers', headers) },
    { weight: 5, arbitrary: of('method', method) },
    { weight: 10, arbitrary: of('path', path) },
    { weight: 5, arbitrary: of('action', action(material)) },
    { weight: 5, arbitrary: of('raw', raw) },
  )
}
