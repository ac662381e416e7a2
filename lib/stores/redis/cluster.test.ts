import { storeContract } from 'coatcheck/store'
import { createCluster } from 'redis'
import { afterAll, beforeAll, describe, it } from 'vitest'
import { type RedisServer, startRedis } from '../../../test/redis'
import { redisTestStore } from '../../../test/redis-stores'

// A cluster refuses a script whose keys do not share a slot, even where one machine has them all.
describe('the store contract, on a cluster', () => {
  let server: RedisServer
  let under: Awaited<ReturnType<typeof redisTestStore>>
  beforeAll(async () => {
    server = await startRedis({ cluster: true })
    under = await redisTestStore(createCluster({ rootNodes: [{ url: server.url }] }), server.url)
  })
  afterAll(async () => {
    await under.close()
    await server.stop()
  })
  it.each(storeContract)('$name', ({ run }) => run(under))
})
