import { expect, expectTypeOf, it } from 'vitest'
import { safeNext } from './safe-next.ts'

it('safeNext returns the type of its fallback, which redirect() needs in an app with typedRoutes', () => {
  expectTypeOf(safeNext('/cart', '/account')).toEqualTypeOf<'/account'>()
  expectTypeOf(safeNext('/cart')).toEqualTypeOf<'/'>()
  expectTypeOf(safeNext('/cart', String('/account'))).toEqualTypeOf<string>()
  expect(safeNext('/cart', '/account')).toBe('/cart')
  expect(safeNext('//evil.example', '/account')).toBe('/account')
})
