import { readFileSync } from 'node:fs'
import path from 'node:path'
import { storeContract } from 'coatcheck/testing'
import { describe, expect, it } from 'vitest'
import { exceptions } from './exceptions'

const read = (file: string) => readFileSync(path.resolve(import.meta.dirname, '..', file), 'utf8')
const suites = ['next/sessions', 'next/flashes', 'next/options', 'stores/concurrency']
  .map((name) => read(`lib/${name}.test.ts`))
  .join('\n')
const rules = [...storeContract.map(({ name }) => name), ...[...suites.matchAll(/'([^'\n]+)'/g)].map(([, text]) => text)]

describe.each(Object.entries(exceptions))('the exceptions of the %s store', (store, reasons) => {
  it('name rules that there are', () => {
    expect(
      Object.values(reasons)
        .flat()
        .filter((title) => !rules.includes(title)),
    ).toEqual([])
  })

  it('are told in its page, and no others', () => {
    const headings = [...read(`docs/${store}-store.md`).matchAll(/^### (.+)$/gm)].map(([, heading]) => heading)
    expect(headings.sort()).toEqual(Object.keys(reasons).sort())
  })
})
