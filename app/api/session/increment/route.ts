import { getSession, sessions } from '../../../sessions'
import { invalidBody, jsonObject, sessionAnswer } from '../answer'

export const POST = sessions.handler(async (request) => {
  const { key, by = 1 } = await jsonObject(request)
  if (typeof key !== 'string' || typeof by !== 'number') throw invalidBody('Send { "key": text, "by": number }.')
  const session = await getSession()
  await session.update((draft) => {
    const before = Object.hasOwn(draft, key) ? draft[key] : 0
    if (typeof before !== 'number') throw invalidBody(`${key} is no number, so it cannot be incremented.`)
    draft[key] = before + by
  })
  return sessionAnswer()
})
