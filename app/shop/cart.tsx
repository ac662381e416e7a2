import { Button } from '@mantine/core'
import { removeFromCartAction } from '../actions'
import { cartOf, findProduct } from '../catalogue'
import { Code } from '../code/code'
import { priceText } from '../format'
import { getSession } from '../sessions'
import { Card } from '../ui/card'

/** The visitor's cart and the source of its actions. */
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
            Total <strong data-testid="total">{priceText(total)}</strong>
          </p>
        </div>
        <Code actions={['addToCartAction', 'removeFromCartAction']} />
      </div>
    </Card>
  )
}
