import { administrationContract } from './administration.ts'
import { dataContract } from './data.ts'
import { expiryContract } from './expiry.ts'
import { overviewContract } from './overview.ts'
import { tokensContract } from './tokens.ts'
import type { ContractCase } from './tools.ts'

/**
 * What every store must do: the promises of Django's session tests, and those this library adds. Each is a name and a function, for any
 * test runner; `node:assert` says what failed.
 */
export const storeContract: readonly ContractCase[] = [
  ...tokensContract,
  ...dataContract,
  ...expiryContract,
  ...administrationContract,
  ...overviewContract,
]
