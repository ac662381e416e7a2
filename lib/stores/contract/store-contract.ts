import { administrationContract } from './administration.ts'
import { credentialsContract } from './credentials.ts'
import { dataContract } from './data.ts'
import { expiryContract } from './expiry.ts'
import { overviewContract } from './overview.ts'
import { tokensContract } from './tokens.ts'
import type { ContractCase } from './tools.ts'

/**
 * The rules that every store must keep: those of Django's session tests, and those that this library adds. They work with any test
 * runner. A failed rule rejects with an AssertionError of `node:assert`.
 * @example for (const { name, run } of storeContract) it(name, () => run({ store, elapse }))
 */
export const storeContract: readonly ContractCase[] = [
  ...tokensContract,
  ...credentialsContract,
  ...dataContract,
  ...expiryContract,
  ...administrationContract,
  ...overviewContract,
]
