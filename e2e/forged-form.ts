import type { Visitor, VisitorResponse } from './visitor'

/** Returns the name of the form field that calls the action that logs a device out. */
export async function endAction(visitor: Visitor): Promise<string> {
  const { text } = await visitor.get('/account/sessions')
  const form = text.match(/<form[\s\S]*?<\/form>/g)?.find((each) => each.includes('name="id"'))
  return /\$ACTION_ID_[0-9a-f]+/.exec(form ?? '')?.[0] ?? ''
}

/** Posts that form like a page without JavaScript. */
export function post(visitor: Visitor, action: string, id: string): Promise<VisitorResponse> {
  const fields = [`name="${action}"\r\n\r\n`, `name="id"\r\n\r\n${id}`]
  const boundary = 'a-boundary-of-27-characters-or-more'
  const body = `${fields.map((field) => `--${boundary}\r\nContent-Disposition: form-data; ${field}\r\n`).join('')}--${boundary}--\r\n`
  const headers = { 'content-type': `multipart/form-data; boundary=${boundary}`, origin: visitor.url }
  return visitor.send('/account/sessions', { method: 'POST', body, headers })
}
