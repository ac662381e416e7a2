import { expect } from 'vitest'
import type { Cases, Visitor } from './trial'

const waiting = (visitor: Visitor) => visitor.visit((session) => session.flashes().map(({ key, value }) => [key, value]))

export const messages: Cases = {
  "messages.success(request, 'Saved')": async (trial) => {
    const visitor = trial.visitor()
    await visitor.run()
    expect(await waiting(visitor)).toEqual([['success', 'Saved']])
    await visitor.visit((session) => session.flash('cart', { added: ['scarf'] }))
    expect((await waiting(visitor)).at(-1)).toEqual(['cart', { added: ['scarf'] }])
  },

  'get_messages(request)': async (trial) => {
    const visitor = trial.visitor()
    await visitor.visit((session) => session.flash('success', 'Saved'))
    const shown = [expect.objectContaining({ key: 'success', value: 'Saved' })]
    expect(await visitor.run()).toEqual(shown)
    expect(await visitor.run({}, { headers: { 'sec-fetch-dest': 'document', 'sec-purpose': 'prefetch' } })).toEqual(shown)
    expect(await visitor.run({}, { headers: { 'sec-fetch-dest': 'document' } })).toEqual(shown)
    expect(await visitor.run()).toEqual([])
  },

  'Looping over the messages, which marks them as read': async (trial) => {
    const visitor = trial.visitor()
    await visitor.visit((session) => session.flash('success', 'Saved'))
    await visitor.visit((session) => session.flash('success', 'Sent'))
    const [first] = await visitor.visit((session) => session.flashes())
    await visitor.run({ ids: [first?.id ?? ''] })
    expect(await waiting(visitor)).toEqual([['success', 'Sent']])
  },
}
