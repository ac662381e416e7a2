import { getSession, sessions } from '../../../sessions'
import { invalidBody, jsonObject, sessionResponse } from '../response'

export const POST = sessions.handler(async (request) => {
  const { key, by = 1 } = await jsonObject(request)
  if (typeof key !== 'string' || typeof by !== 'number')
    throw invalidBody('The body has no key, or a value that is not valid. Send {"key": string, "by": number}.')
  const session = await getSession()
  await session.update((draft) => {
    const before = Object.hasOwn(draft, key) ? draft[key] : 0
    if (typeof before !== 'number')
      throw invalidBody(`The value of ${key} is not a number. Use a key that holds a number or is not set.`)
    draft[key] = before + by
  })
  return sessionResponse()
})
