import { describe, expect, it } from 'vitest'
import { connectionRemedy } from './remedies.ts'

describe('connectionRemedy', () => {
  it.each(['ECONNREFUSED', 'ENOTFOUND'])(
    'without an address in the environment, %s may mean that DATABASE_URL is not set',
    (code) => {
      expect(connectionRemedy(code, { env: {}, description: 'the database' })).toMatch(/^DATABASE_URL is not set/)
    },
  )

  it.each(['3D000', '28P01'])('after a response of the server, such as %s, the remedy does not concern DATABASE_URL', (code) => {
    expect(connectionRemedy(code, { env: {}, description: 'the database' })).not.toContain('DATABASE_URL')
  })
})
