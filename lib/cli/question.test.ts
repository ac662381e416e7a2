import { PassThrough } from 'node:stream'
import { describe, expect, it } from 'vitest'
import { questioner } from './question.ts'

const stream = (isTTY: boolean) => Object.assign(new PassThrough({ encoding: 'utf8' }), { isTTY })

describe('a question', () => {
  it.each([
    ['y\r', true],
    ['YES\r', true],
    ['\r', false],
    ['n\r', false],
    ['\u0003', false], // Ctrl-C
    ['\u0004', false], // Ctrl-D
  ])('that is answered by %j means %s', async (keys, meant) => {
    const [input, output] = [stream(true), stream(true)]
    const answer = questioner(input, [output])?.('End 1 session?')
    input.write(keys)
    expect(await answer).toBe(meant)
    expect(String(output.read())).toContain('End 1 session? [y/N] ')
  })

  it('goes to the output that is a terminal', async () => {
    const [input, redirected, output] = [stream(true), stream(false), stream(true)]
    const answer = questioner(input, [redirected, output])?.('End 1 session?')
    input.write('y\r')
    expect([await answer, redirected.read()]).toEqual([true, null])
  })

  it('that nobody would see is refused, but not asked at all where nobody sits', async () => {
    const asking = questioner(stream(true), [stream(false), stream(false)])?.('End 1 session?')
    await expect(asking).rejects.toMatchObject({ code: 'CONFIG_INVALID', message: expect.stringContaining('pass --yes') })
    expect(questioner(stream(false), [stream(true)])).toBeNull()
  })
})
