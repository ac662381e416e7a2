import { expect, it, vi } from 'vitest'
import { SessionError } from './errors.ts'

it('instanceof knows an error of another copy of the module, and no other error', async () => {
  vi.resetModules()
  const other = await import('./errors.ts')
  expect(other.SessionError).not.toBe(SessionError)
  const error = new other.SessionError('CONFLICT', 'Somebody else was faster.')
  expect([error instanceof SessionError, new SessionError('CONFLICT', '') instanceof other.SessionError]).toEqual([true, true])
  for (const no of [new Error('x'), Object.assign(new Error('x'), { name: 'SessionError', code: 'CONFLICT' }), null, 'x'])
    expect(no instanceof SessionError).toBe(false)
  expect(Reflect.ownKeys(error).filter((key) => typeof key === 'symbol')).toEqual([])
})
