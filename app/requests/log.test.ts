import { expect, it } from 'vitest'
import { keyOf, noteStatement, type OpenRecord, recordsOf, requestLog } from './log'

function aRecord(id: string): OpenRecord {
  return { id, method: 'GET', path: '/', kind: 'page', hadCookie: false, statements: [], end: null, ended: Promise.resolve() }
}
const ids = (cookieHeader: string | null, id: string | null = null) => recordsOf(cookieHeader, id).map((record) => record.id)

it('records are found by the cookie of their request, newest first, and one record by its id', () => {
  requestLog.add('own-id', aRecord('own-id'))
  for (const id of ['first', 'second']) requestLog.add(String(keyOf('token-1')), aRecord(id))
  expect(ids('session=token-1')).toEqual(['second', 'first'])
  expect(ids('other=x; session=token-1', 'own-id')).toEqual(['own-id', 'second', 'first'])
  expect(ids('session=token-2')).toEqual([])
  expect(ids(null)).toEqual([])
})

it('a rotation moves records to the new token, before the records that it already has', () => {
  requestLog.add('old', aRecord('login'))
  requestLog.add(String(keyOf('new')), aRecord('page after it'))
  requestLog.move('old', keyOf('new'), aRecord('login'))
  expect(ids('session=new')).toEqual(['page after it', 'login'])
  expect(requestLog.at('old')).toEqual([])
})

it('the log stores the last 30 requests of a visitor, and 2000 visitors', () => {
  for (let count = 0; count < 40; count++) requestLog.add('busy', aRecord(String(count)))
  expect(requestLog.at('busy').map(({ id }) => id)).toEqual(Array.from({ length: 30 }, (_, index) => String(index + 10)))
  for (let count = 0; count < 2000; count++) requestLog.add(`visitor ${count}`, aRecord('x'))
  expect(requestLog.at('busy')).toEqual([])
  expect(requestLog.at('visitor 0')).toHaveLength(1)
})

it('a statement is added to the record of its request, up to 50 statements', async () => {
  const [one, other] = [aRecord('one'), aRecord('other')]
  await requestLog.running.run(one, async () => {
    await Promise.resolve()
    noteStatement('select 1')
  })
  requestLog.running.run(other, () => {
    for (let count = 0; count < 60; count++) noteStatement('select 2')
  })
  noteStatement('outside any request')
  expect(one.statements).toEqual(['select 1'])
  expect(other.statements).toHaveLength(50)
})
