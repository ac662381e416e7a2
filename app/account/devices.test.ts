import { describe, expect, it } from 'vitest'
import { deviceOf, locationOf, loggedOutText } from './devices'

describe('deviceOf', () => {
  const chrome = (platform: string) =>
    `Mozilla/5.0 (${platform}) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0.0.0 Safari/537.36`
  const safari = (platform: string) =>
    `Mozilla/5.0 (${platform}) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.5 Mobile/15E148 Safari/604.1`
  it.each([
    [chrome('X11; Linux x86_64'), 'Chrome on Linux', 'desktop'],
    ['Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:130.0) Gecko/20100101 Firefox/130.0', 'Firefox on Windows', 'desktop'],
    [`${chrome('Macintosh; Intel Mac OS X 10_15_7')} Edg/126.0`, 'Microsoft Edge on macOS', 'desktop'],
    [chrome('Linux; Android 14; Pixel 8').replace('Safari', 'Mobile Safari'), 'Chrome on Android', 'mobile'],
    [safari('iPhone; CPU iPhone OS 17_5 like Mac OS X'), 'Safari on iPhone', 'mobile'],
    [safari('iPad; CPU OS 17_5 like Mac OS X'), 'Safari on iPad', 'tablet'],
    ['curl/8.5.0', 'Unknown browser (curl/8.5.0)', 'unknown'],
    ['Googlebot/2.1 (+http://www.google.com/bot.html)', 'Googlebot', 'unknown'],
    [null, 'Unknown browser', 'unknown'],
  ])('names %s as %s', (userAgent, name, kind) => {
    expect(deviceOf(userAgent)).toEqual({ name, kind })
  })
})

describe('locationOf', () => {
  it.each([
    ['127.0.0.1', 'this machine'],
    ['::1', 'this machine'],
    ['::ffff:7f00:1', 'this machine'],
    ['10.1.2.3', 'your local network'],
    ['172.31.255.255', 'your local network'],
    ['172.32.0.1', '172.32.0.1'],
    ['192.168.1.20', 'your local network'],
    ['fd12:3456::1', 'your local network'],
    ['fe80::1', 'your local network'],
    ['203.0.113.7', '203.0.113.7'],
    ['2001:db8::7', '2001:db8::7'],
  ])('the location of %s is %s', (ip, location) => {
    expect(locationOf(ip)).toBe(location)
  })
})

describe('loggedOutText', () => {
  it.each([
    [null, 'Your other devices are logged out.'],
    [0, 'No other device was logged in.'],
    [1, 'The other device is logged out.'],
    [2, '2 other devices are logged out.'],
  ])('the message for %s devices is: %s', (count, text) => {
    expect(loggedOutText(count)).toBe(text)
  })
})
