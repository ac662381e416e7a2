import { PassThrough } from 'node:stream'
import { describe, expect, it } from 'vitest'
import { createConfirm } from './terminal.ts'

const stream = (isTTY: boolean) => Object.assign(new PassThrough({ encoding: 'utf8' }), { isTTY })

describe('confirm', () => {
  it.each([
    ['y\r', true],
    ['YES\r', true],
    ['\r', false],
    ['n\r', false],
    ['\u0003', false], // Ctrl-C
    ['\u0004', false], // Ctrl-D
  ])('confirm prints the question, reads %j and returns %s', async (keys, expected) => {
    const [input, output] = [stream(true), stream(true)]
    const answer = createConfirm(input, [output])?.('Revoke 1 session?')
    input.write(keys)
    expect(await answer).toBe(expected)
    expect(String(output.read())).toContain('Revoke 1 session? [y/N] ')
  })

  it('confirm prints the question on the first output that is a terminal', async () => {
    const [input, redirected, output] = [stream(true), stream(false), stream(true)]
    const answer = createConfirm(input, [redirected, output])?.('Revoke 1 session?')
    input.write('y\r')
    expect([await answer, redirected.read()]).toEqual([true, null])
  })

  it('confirm rejects if the input is a terminal but all outputs are redirected', async () => {
    const answer = createConfirm(stream(true), [stream(false), stream(false)])?.('Revoke 1 session?')
    await expect(answer).rejects.toMatchObject({ code: 'CONFIG_INVALID', message: expect.stringContaining('Pass --yes') })
  })

  it('confirm is null if the input is not a terminal', () => {
    expect(createConfirm(stream(false), [stream(true)])).toBeNull()
  })
})
