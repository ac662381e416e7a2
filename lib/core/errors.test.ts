import { expect, it, vi } from 'vitest'
import { SessionError } from './errors.ts'

it('instanceof recognises a SessionError of another copy of the module, and no other error', async () => {
  vi.resetModules()
  const other = await import('./errors.ts')
  expect(other.SessionError).not.toBe(SessionError)
  const error = new other.SessionError('CONFLICT', 'Another request was faster.')
  expect([error instanceof SessionError, new SessionError('CONFLICT', '') instanceof other.SessionError]).toEqual([true, true])
  for (const unrelated of [new Error('x'), Object.assign(new Error('x'), { name: 'SessionError', code: 'CONFLICT' }), null, 'x'])
    expect(unrelated instanceof SessionError).toBe(false)
  expect(Reflect.ownKeys(error).filter((key) => typeof key === 'symbol')).toEqual([])
})
