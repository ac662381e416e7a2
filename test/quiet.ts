import { afterEach, beforeEach, expect, vi } from 'vitest'

// What the library prints, a test must expect: nothing may be logged unseen.
beforeEach(() => {
  vi.spyOn(console, 'error')
  vi.spyOn(console, 'warn')
})

afterEach(() => {
  const printed = [console.error, console.warn].flatMap((print) => vi.mocked(print).mock.calls)
  vi.restoreAllMocks()
  expect(printed, 'printed by this test').toEqual([])
})
