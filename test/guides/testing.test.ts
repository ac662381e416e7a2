import { vi } from 'vitest'
// The tests of this file are those that docs/testing.md shows.
import '../../docs/examples/app/save-name.test'

vi.hoisted(() => {
  process.env.SESSION_SECRET = 'a secret for tests, 32 characters'
})
