import { MantineProvider, useMantineTheme } from '@mantine/core'
import { createElement, type ReactNode } from 'react'
import { renderToStaticMarkup } from 'react-dom/server'
import { expect, it } from 'vitest'
import { Provider } from './provider.tsx'

const Color = () => createElement('p', null, useMantineTheme().primaryColor)
const inAppProvider = (children: ReactNode) => createElement(MantineProvider, { theme: { primaryColor: 'grape' } }, children)
const content = createElement(Provider, null, createElement(Color))

it("an app without a Mantine provider gets Mantine's default theme", () => {
  expect(renderToStaticMarkup(content)).toContain('>blue<')
})

it('an app with a Mantine provider keeps its theme', () => {
  expect(renderToStaticMarkup(inAppProvider(content))).toContain('>grape<')
})
