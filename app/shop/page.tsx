import type { Metadata } from 'next'
import { addToCartAction, removeFromCartAction } from '../actions'
import { cartOf, catalogue, findProduct, price } from '../catalogue'
import { getSession } from '../sessions'

export const metadata: Metadata = { title: 'Shop' }
export const instant = false

export default async function ShopPage() {
  const session = await getSession()
  const cart = cartOf(session.get('cart'))
  const total = cart.reduce((sum, { id, quantity }) => sum + quantity * (findProduct(id)?.priceCents ?? 0), 0)
  return (
    <>
      <h1>Shop</h1>
      <p className="soft">The cart lies in your session: it survives logging in, and a restart of the server.</p>
      <div className="cards">
        {catalogue.map(({ id, name, priceCents }) => (
          <section className="card" key={id}>
            <h2>{name}</h2>
            <form action={addToCartAction}>
              <input type="hidden" name="id" value={id} />
              <span>{price(priceCents)}</span>
              <button type="submit" aria-label={`Add ${name} to the cart`}>
                Add
              </button>
            </form>
          </section>
        ))}
      </div>
      <h1>Cart</h1>
      <section className="card" aria-label="Cart">
        {cart.length === 0 ? (
          <p>The cart is empty.</p>
        ) : (
          <ul className="tree">
            {cart.map(({ id, quantity }) => (
              <li key={id}>
                <form action={removeFromCartAction}>
                  <input type="hidden" name="id" value={id} />
                  <span>
                    {quantity} × {findProduct(id)?.name ?? id}
                  </span>
                  <button type="submit" className="quiet" aria-label={`Remove ${findProduct(id)?.name ?? id}`}>
                    Remove
                  </button>
                </form>
              </li>
            ))}
          </ul>
        )}
        <p>
          Total <strong data-testid="total">{price(total)}</strong>
        </p>
      </section>
    </>
  )
}
