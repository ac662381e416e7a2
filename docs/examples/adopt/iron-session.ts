import type { Adopt } from 'coatcheck'
import { unsealData } from 'iron-session'

interface OldSession {
  userId?: string
  cart?: { id: string; quantity: number }[]
}

const oldCookie = 'my-app' // the cookieName of iron-session

export const adopt: Adopt = async ({ cookies }) => {
  const seal = cookies.get(oldCookie)?.value
  if (!seal) return null
  // If the seal is not valid or has expired, the result is an empty object.
  const { userId = null, cart = [] } = await unsealData<OldSession>(seal, { password: process.env.IRON_PASSWORD ?? '' })
  if (userId === null && cart.length === 0) return null
  return { userId, data: { cart }, cookie: oldCookie } // visitors who are not logged in keep their cart
}
