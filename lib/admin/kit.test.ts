import { MantineProvider, useMantineTheme } from '@mantine/core'
import { createElement, type ReactNode } from 'react'
import { renderToStaticMarkup } from 'react-dom/server'
import { expect, it } from 'vitest'
import { Kit } from './kit.tsx'

const Colour = () => createElement('p', null, useMantineTheme().primaryColor)
const inProvider = (children: ReactNode) => createElement(MantineProvider, { theme: { primaryColor: 'grape' } }, children)
const kit = createElement(Kit, null, createElement(Colour))

it('stands in an app without a provider of the kit, and takes the theme of one that has it', () => {
  expect(renderToStaticMarkup(kit)).toContain('>blue<')
  expect(renderToStaticMarkup(inProvider(kit))).toContain('>grape<')
})
