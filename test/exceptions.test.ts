import { readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { storeContract } from 'coatcheck/store'
import { describe, expect, it } from 'vitest'
import { exceptions } from './exceptions'

const read = (file: string) => readFileSync(path.resolve(import.meta.dirname, '..', file), 'utf8')
const tests = readdirSync(path.resolve(import.meta.dirname, '../lib/next')).filter((name) => name.endsWith('.test.ts'))
const suites = [...tests.map((name) => `lib/next/${name}`), 'lib/stores/concurrency.test.ts'].map(read).join('\n')
const contractIds = storeContract.map(({ id }) => id)
const suiteIds = [...suites.matchAll(/\brule\('([^']+)'\)/g)].map(([, id]) => id)

describe.each(Object.entries(exceptions))('the exceptions of the %s store', (store, reasons) => {
  it('exceptions contain only ids of existing rules', () => {
    const unknown = Object.values(reasons)
      .flat()
      .filter((id) => !contractIds.includes(id) && !suiteIds.includes(id))
    expect(unknown).toEqual([])
  })

  it('the reasons of a store’s exceptions are exactly the headings of its page', () => {
    const headings = [...read(`docs/${store}-store.md`).matchAll(/^### (.+)$/gm)].map(([, heading]) => heading)
    expect(headings.sort()).toEqual(Object.keys(reasons).sort())
  })
})

describe('the ids of rules', () => {
  it('the ids of rules are unique in the store contract and in kebab-case', () => {
    expect(contractIds.filter((id, i) => contractIds.indexOf(id) !== i)).toEqual([])
    expect([...contractIds, ...suiteIds].filter((id) => !/^[a-z]+(-[a-z]+)+$/.test(id ?? ''))).toEqual([])
  })

  it('rules of other suites have ids only if a store does not keep them', () => {
    const excepted = Object.values(exceptions).flatMap((reasons) => Object.values(reasons).flat())
    expect(suiteIds.filter((id) => !excepted.includes(id ?? ''))).toEqual([])
  })
})
