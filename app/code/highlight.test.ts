import { expect, it } from 'vitest'
import { highlight } from './highlight'

const textOf = (html: string) =>
  html
    .replace(/<[^>]*>/g, '')
    .replaceAll('&lt;', '<')
    .replaceAll('&amp;', '&')

it('the HTML contains the code unchanged, and no element of the code', () => {
  const code = "if (a < b && c) return\n\nconst text = '</code><script>alert(1)</script>' // <b>&amp;</b>"
  const html = highlight(code)
  expect(textOf(html)).toBe(code)
  expect(html.replace(/<\/?span[^<>]*>/g, '')).not.toContain('<')
})

it('keywords, strings, comments, types and functions have a class', () => {
  const html = highlight("const form: FormData = read('name') // why")
  for (const [kind, text] of [
    ['keyword', 'const'],
    ['class', 'FormData'],
    ['function', 'read'],
    ['string', "'name'"],
    ['comment', '// why'],
  ])
    expect(html).toContain(`<span class="${kind}">${text}`)
})
