import { administrationContract } from './contract/administration.ts'
import { dataContract } from './contract/data.ts'
import { expiryContract } from './contract/expiry.ts'
import { overviewContract } from './contract/overview.ts'
import { tokensContract } from './contract/tokens.ts'
import type { ContractCase } from './contract/tools.ts'

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
