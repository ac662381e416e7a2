import { expect } from 'vitest'
import type { Cases } from './trial'

export const reading: Cases = {
  "request.session['name']": async (trial) => {
    const visitor = trial.visitor()
    expect(await visitor.run()).toBeUndefined()
    await visitor.holds({ name: 'Ann' })
    expect(await visitor.run()).toBe('Ann')
  },

  "request.session.get('name', 'guest')": async (trial) => {
    const visitor = trial.visitor()
    expect(await visitor.run()).toBe('guest')
    await visitor.visit((session) => session.set('name', null as never))
    expect(await visitor.run()).toBeNull()
    await visitor.holds({ name: 'Ann' })
    expect(await visitor.run()).toBe('Ann')
  },

  "'name' in request.session, has_key('name')": async (trial) => {
    const visitor = trial.visitor()
    expect(await visitor.run()).toBe(false)
    await visitor.holds({ name: 'Ann' })
    expect(await visitor.run()).toBe(true)
  },

  'request.session.keys()': async (trial) => {
    const visitor = trial.visitor()
    await visitor.holds({ name: 'Ann' })
    expect(await visitor.run()).toEqual(['name'])
    await visitor.holds({ id: 1 } as never)
    expect(await visitor.run()).toEqual(['id', 'name'])
  },

  'request.session.values()': async (trial) => {
    const visitor = trial.visitor()
    await visitor.holds({ name: 'Ann' })
    expect(await visitor.run()).toEqual(['Ann'])
  },

  'request.session.items()': async (trial) => {
    const visitor = trial.visitor()
    await visitor.holds({ name: 'Ann' })
    expect(await visitor.run()).toEqual([['name', 'Ann']])
  },

  'dict(request.session.items())': async (trial) => {
    const visitor = trial.visitor()
    await visitor.holds({ name: 'Ann', cart: ['scarf'] })
    const data = (await visitor.run()) as { name: string; cart: string[] }
    expect(data).toEqual({ name: 'Ann', cart: ['scarf'] })
    expect(() => {
      data.name = 'Bob'
    }).toThrow(TypeError)
    expect(() => data.cart.push('hat')).toThrow(TypeError)
  },

  'request.session.is_empty()': async (trial) => {
    const visitor = trial.visitor()
    expect(await visitor.run()).toBe(true)
    await visitor.holds({ name: 'Ann' })
    expect(await visitor.run()).toBe(false)
    const cleared = await visitor.visit(async (session, run) => {
      await session.clear()
      return [session.id !== null, await run()]
    })
    expect(cleared).toEqual([true, true])
  },

  'request.session.session_key': async (trial) => {
    const visitor = trial.visitor()
    expect(await visitor.run()).toBeNull()
    const id = await visitor.holds({ name: 'Ann' })
    expect(await visitor.run()).toBe(id)
    const [, , secret = 'missing'] = visitor.browser.token.split('.')
    expect(await visitor.visit((session) => JSON.stringify([session, Object.entries(session)]))).not.toContain(secret)
  },

  'request.session.test_cookie_worked()': async (trial) => {
    const visitor = trial.visitor()
    expect(await visitor.run()).toBe(false)
    await visitor.visit((session) => session.setTestCookie())
    expect(await visitor.run()).toBe(true)
  },
}
