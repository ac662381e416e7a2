import { z } from 'zod'

/** The products of the shop. */
export const catalogue = [
  { id: 'scarf', name: 'Wool scarf', priceCents: 2900 },
  { id: 'gloves', name: 'Leather gloves', priceCents: 4900 },
  { id: 'umbrella', name: 'Black umbrella', priceCents: 3500 },
  { id: 'hanger', name: 'Cedar hanger', priceCents: 900 },
] as const

const cart = z.array(z.object({ id: z.string(), quantity: z.number() }))

/** A line of the cart, as it is stored in the session. */
export type CartLine = z.infer<typeof cart>[number]

/** Returns the cart in a session. It is empty if the visitor stored any other value under the key, as the page `/` allows. */
export function cartOf(value: unknown): readonly CartLine[] {
  return cart.catch([]).parse(value)
}

/** Returns the cart with one more of a product. Its line becomes the last one. */
export function cartWithOneMore(cart: readonly CartLine[], id: string): CartLine[] {
  const quantity = cart.find((line) => line.id === id)?.quantity ?? 0
  return [...cartWithout(cart, id), { id, quantity: quantity + 1 }]
}

/** Returns the cart without a product. */
export function cartWithout(cart: readonly CartLine[], id: string): CartLine[] {
  return cart.filter((line) => line.id !== id)
}

/** Returns the product with this id, or undefined. */
export function findProduct(id: string) {
  return catalogue.find((product) => product.id === id)
}
