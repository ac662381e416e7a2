import { afterEach, beforeEach, expect, vi } from 'vitest'

// A test fails if it prints a warning or an error that it does not expect.
beforeEach(() => {
  vi.spyOn(console, 'error')
  vi.spyOn(console, 'warn')
})

afterEach(() => {
  const printed = [console.error, console.warn].flatMap((print) => vi.mocked(print).mock.calls)
  vi.restoreAllMocks()
  expect(printed, 'printed by this test').toEqual([])
})
