// Measures the CPU time that the library itself takes for a read: the store returns the same row at once. See README.md.
import { DeviceSigner } from '../dist/core/cookie/device.js'
import { deviceKeyInfo } from '../dist/core/cookie/keys.js'
import { createSessions } from '../dist/index.js'
import { memoryStore } from '../dist/testing.js'
import { nodeMacs } from '../dist/web/node-crypto.js'
import { cookieName, data, enter, request, requestWithProof, secret } from './library.mjs'
import { median, printTable } from './measure.mjs'

const reads = 2000
const rounds = 60
const warmup = 30
const deviceKey = `1.${'t'.repeat(43)}.${'x'.repeat(43)}.${'y'.repeat(43)}`

const [cookie, row] = await firstSession()
const inAnHour = Math.floor(Date.now() / 1000) + 3600
const proof = await new DeviceSigner(cookieName, nodeMacs([secret], deviceKeyInfo)).cookie(row.id, inAnHour)
const sides = {
  'without the option': [readerOf(row, false), cookie],
  'not bound': [readerOf(row, true), cookie],
  'bound, with a proof': [readerOf({ ...row, deviceKey }, true), cookie, proof],
}

const micros = Object.fromEntries(Object.keys(sides).map((name) => [name, []]))
for (let round = 0; round < warmup + rounds; round++) {
  for (const [name, [getSession, ...cookies]] of Object.entries(sides)) {
    const before = process.cpuUsage()
    for (let read = 0; read < reads; read++) {
      enter(requestWithProof(...cookies))
      if ((await getSession()).get('name') !== data.name) throw new Error('The session was not found.')
    }
    const { user, system } = process.cpuUsage(before)
    if (round >= warmup) micros[name].push((user + system) / reads)
  }
}
console.log(`\nThe library's own CPU time for one read, ${rounds} rounds:`)
const lines = Object.entries(micros).map(([name, each]) => [name, median(each).toFixed(1), Math.min(...each).toFixed(1)])
printTable(['session', 'CPU µs', 'best round'], lines)

/** Creates a session, and returns its cookie and its row. */
async function firstSession() {
  const store = memoryStore()
  const { getSession } = createSessions({ secret, cookie: { secure: false }, store, autoClear: false })
  const created = request(undefined)
  enter(created)
  const session = await getSession()
  enter(created)
  await session.set(data)
  const [found] = await store.list({ ids: [session.id], sort: 'created', limit: 1 })
  return [created.responseCookies.cookie, found]
}

/** Returns `getSession` with a store that returns `row` for every token. */
function readerOf(row, deviceBinding) {
  const store = Object.assign(Object.create(memoryStore()), { find: async () => row })
  return createSessions({ secret, cookie: { secure: false }, store, deviceBinding, autoClear: false }).getSession
}
