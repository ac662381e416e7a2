import fc from 'fast-check'
import { expect, it } from 'vitest'
import { browserCounts, deviceText } from './device.ts'

const webKit = 'AppleWebKit/605.1.15 (KHTML, like Gecko)'

it.each([
  ['Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0', 'Firefox on Linux'],
  [`Mozilla/5.0 (Windows NT 10.0; Win64; x64) ${webKit} Chrome/140.0.0.0 Safari/537.36`, 'Chrome on Windows'],
  [`Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) ${webKit} Version/18.1 Mobile/15E148 Safari/604.1`, 'Safari on iPhone'],
  [`Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) ${webKit} Version/18.1 Safari/605.1.15`, 'Safari on macOS'],
  ['curl/8.1.2', 'curl'],
  ['node', 'node'],
  ['<script>alert(1)</script>', 'Unknown'],
  ['', 'Unknown'],
  [null, 'Unknown'],
])('the user agent %s is shown as %s', (userAgent, text) => {
  expect(deviceText(userAgent)).toBe(text)
})

it('any text is accepted as a user agent', () => {
  fc.assert(fc.property(fc.string({ unit: 'binary', maxLength: 256 }), (text) => deviceText(text).length > 0))
})

it('the versions of a browser are counted together, and the most frequent browser is first', () => {
  const userAgents = [
    { userAgent: 'curl/8.1.2', count: 2 },
    { userAgent: 'Mozilla/5.0 (X11; Linux x86_64; rv:139.0) Gecko/20100101 Firefox/139.0', count: 3 },
    { userAgent: 'curl/7.0', count: 2 },
    { userAgent: null, count: 1 },
  ]
  expect(browserCounts(userAgents)).toEqual([
    { browser: 'curl', count: 4 },
    { browser: 'Firefox', count: 3 },
    { browser: 'Unknown', count: 1 },
  ])
})
