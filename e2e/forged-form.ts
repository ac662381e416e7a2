import type { Answer, Visitor } from './visitor'

/** The name of the field that calls the action which ends a device. */
export async function endAction(visitor: Visitor): Promise<string> {
  const { text } = await visitor.get('/account/sessions')
  const form = text.match(/<form[\s\S]*?<\/form>/g)?.find((each) => each.includes('name="id"'))
  return /\$ACTION_ID_[0-9a-f]+/.exec(form ?? '')?.[0] ?? ''
}

/** Posts that action by hand, as a page without JavaScript does. */
export function post(visitor: Visitor, action: string, id: string): Promise<Answer> {
  const fields = [`name="${action}"\r\n\r\n`, `name="id"\r\n\r\n${id}`]
  const boundary = 'a-boundary-of-27-characters-or-more'
  const body = `${fields.map((field) => `--${boundary}\r\nContent-Disposition: form-data; ${field}\r\n`).join('')}--${boundary}--\r\n`
  const headers = { 'content-type': `multipart/form-data; boundary=${boundary}`, origin: visitor.url }
  return visitor.send('/account/sessions', { method: 'POST', body, headers })
}
