import { Button, Group, SimpleGrid, Text } from '@mantine/core'
import type { Metadata } from 'next'
import { addToCartAction } from '../actions'
import { catalogue } from '../catalogue'
import { engineTexts } from '../engine'
import { priceText } from '../format'
import { LastRequests } from '../requests/last-requests'
import { Card } from '../ui/card'
import { PageTitle } from '../ui/page-title'
import { Cart } from './cart'

export const metadata: Metadata = { title: 'Shop' }
export const instant = false

export default function ShopPage() {
  return (
    <>
      <PageTitle title="Shop">The cart is stored in your session. {engineTexts.cart}</PageTitle>
      <SimpleGrid cols={{ base: 1, xs: 2, md: 4 }} mb="lg">
        {catalogue.map(({ id, name, priceCents }) => (
          <Card title={name} key={id}>
            <form action={addToCartAction}>
              <input type="hidden" name="id" value={id} />
              <Group justify="space-between">
                <Text>{priceText(priceCents)}</Text>
                <Button type="submit" variant="default" aria-label={`Add ${name} to the cart`}>
                  Add
                </Button>
              </Group>
            </form>
          </Card>
        ))}
      </SimpleGrid>
      <Cart />
      <LastRequests />
    </>
  )
}
