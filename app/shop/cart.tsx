import { Button } from '@mantine/core'
import { removeFromCartAction } from '../actions'
import { cartOf, findProduct, price } from '../catalogue'
import { Code } from '../code/code'
import { getSession } from '../sessions'
import { Card } from '../ui/card'

/** What the visitor has chosen, and the code that keeps it. */
export async function Cart() {
  const session = await getSession()
  const cart = cartOf(session.get('cart'))
  const total = cart.reduce((sum, { id, quantity }) => sum + quantity * (findProduct(id)?.priceCents ?? 0), 0)
  return (
    <Card title="Cart">
      <div className="with-code">
        <div>
          {cart.length === 0 && <p>The cart is empty.</p>}
          <ul className="lines">
            {cart.map(({ id, quantity }) => (
              <li key={id}>
                <form action={removeFromCartAction}>
                  <input type="hidden" name="id" value={id} />
                  <span>
                    {quantity} × {findProduct(id)?.name ?? id}
                  </span>
                  <Button type="submit" variant="default" size="compact-sm" aria-label={`Remove ${findProduct(id)?.name ?? id}`}>
                    Remove
                  </Button>
                </form>
              </li>
            ))}
          </ul>
          <p>
            Total <strong data-testid="total">{price(total)}</strong>
          </p>
        </div>
        <Code of={['addToCartAction', 'removeFromCartAction']} />
      </div>
    </Card>
  )
}
