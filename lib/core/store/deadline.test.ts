import { memoryStore } from 'coatcheck/testing'
import { expect, it } from 'vitest'
import { aSession } from '../../stores/contract/tools.ts'
import { withDeadline } from './deadline.ts'

/** Holds the process up, as a breakpoint does. */
function block(milliseconds: number): void {
  for (const end = performance.now() + milliseconds; performance.now() < end; );
}

it('an answer counts that is there when a process that was held up for all of the timeout goes on', async () => {
  const store = memoryStore()
  const answered = new MessageChannel()
  store.find = () =>
    new Promise((resolve) => {
      answered.port1.onmessage = () => resolve(null)
      answered.port2.postMessage('')
    })
  const found = withDeadline(store, 20).find(aSession())
  block(40)
  expect(await found).toBeNull()
  answered.port1.close()
})
