import { z } from 'zod'

/** What the shop sells; prices in cents. */
export const catalogue = [
  { id: 'scarf', name: 'Wool scarf', priceCents: 2900 },
  { id: 'gloves', name: 'Leather gloves', priceCents: 4900 },
  { id: 'umbrella', name: 'Black umbrella', priceCents: 3500 },
  { id: 'hanger', name: 'Cedar hanger', priceCents: 900 },
] as const

const cart = z.array(z.object({ id: z.string(), quantity: z.number() }))

/** One line of the cart, as the session keeps it. */
export type CartLine = z.infer<typeof cart>[number]

/** The cart in a session; empty if a visitor has put something else under its key, as the page `/` allows. */
export function cartOf(value: unknown): readonly CartLine[] {
  return cart.catch([]).parse(value)
}

/** The product with this id, or undefined. */
export function findProduct(id: string) {
  return catalogue.find((product) => product.id === id)
}

/** Cents as euros. */
export function price(cents: number): string {
  return new Intl.NumberFormat('en-IE', { style: 'currency', currency: 'EUR' }).format(cents / 100)
}
