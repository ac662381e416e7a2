import { MantineProvider, SimpleGrid, useMantineTheme } from '@mantine/core'
import { createElement, type ReactNode } from 'react'
import { renderToStaticMarkup } from 'react-dom/server'
import { expect, it } from 'vitest'
import { Provider } from './provider.tsx'

const Color = () => createElement('p', null, useMantineTheme().primaryColor)
const inAppProvider = (children: ReactNode) => createElement(MantineProvider, { theme: { primaryColor: 'grape' } }, children)
const content = createElement(Provider, { nonce: undefined, children: createElement(Color) })

it("an app without a Mantine provider gets Mantine's default theme", () => {
  expect(renderToStaticMarkup(content)).toContain('>blue<')
})

it('an app with a Mantine provider keeps its theme', () => {
  expect(renderToStaticMarkup(inAppProvider(content))).toContain('>grape<')
})

it('every style element has the nonce, under the app’s Mantine provider and without one', () => {
  const grid = createElement(SimpleGrid, { cols: { base: 1, sm: 2 } })
  const withNonce = createElement(Provider, { nonce: 'abc', children: grid })
  const elements = (node: ReactNode) => renderToStaticMarkup(node).match(/<style[^>]*>/g)
  const expected = expect.stringContaining('nonce="abc"')
  expect(elements(withNonce)).toEqual([expected, expected, expected])
  expect(elements(inAppProvider(withNonce))?.slice(-1)).toEqual([expected])
})
