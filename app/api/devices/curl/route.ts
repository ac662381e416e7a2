import { reauthenticateAfter } from '../../../account/devices'
import { sessionCookieName } from '../../../session-cookie'
import { sessionOptions } from '../../../session-options'
import { requireUser, sessions } from '../../../sessions'

/**
 * Shows the visitor's own cookies as a curl command, as a thief would have them. Only this demo does that: an app must
 * never return an HttpOnly cookie. A script in a page must not receive them either. So the route responds only to a
 * form that loads a document: `fetch` and frames cannot imitate that. `Cross-Origin-Opener-Policy` separates the document
 * from the window that opened it.
 */
export const POST = sessions.handler(async ({ headers }) => {
  const [origin] = /^https?:\/\/[\w.:[\]-]+$/.exec(headers.get('origin') ?? '') ?? []
  const isForm = headers.get('sec-fetch-dest') === 'document'
  if (!isForm || !origin) return new Response('Use the form on the devices page.', { status: 403 })
  const session = await requireUser({ returnTo: '/account/sessions', within: reauthenticateAfter })
  const [, nonce = ''] = /'nonce-([\w+/=-]+)'/.exec(headers.get('content-security-policy') ?? '') ?? []
  const command = `curl -H 'Cookie: ${stolenCookies(headers.get('cookie') ?? '')}' ${origin}/api/session`
  return new Response(page(command, effect(session.deviceBound), nonce), {
    headers: { 'content-type': 'text/html; charset=utf-8', 'cross-origin-opener-policy': 'same-origin' },
  })
})

/** Returns the session's cookies. Their values need no quotation marks in a shell and in HTML. */
function stolenCookies(cookieHeader: string): string {
  const names = [sessionCookieName, `${sessionCookieName}-device`]
  const pairs = cookieHeader.split(/; */).filter((pair) => names.some((name) => pair.startsWith(`${name}=`)))
  return pairs.filter((pair) => /^[\w-]+=[\w.-]+$/.test(pair)).join('; ')
}

function effect(isBound: boolean): string {
  if (isBound) {
    return 'Your session is bound to this device. The second cookie expires after ten minutes at most, and only your browser can renew it. After that, the command shows an anonymous visitor, and you stay logged in.'
  }
  const reason = sessionOptions.deviceBinding
    ? 'Your browser cannot bind sessions to its device.'
    : 'This server does not bind sessions.'
  return `${reason} The command shows your session until you log out or it expires.`
}

const page = (command: string, text: string, nonce: string) => `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>The thief's view · Coatcheck</title>
<style nonce="${nonce}">
  :root { color-scheme: light dark; font: 1rem/1.5 system-ui, sans-serif }
  main { max-width: 44rem; margin: 2rem auto; padding: 0 1rem }
  textarea { width: 100%; box-sizing: border-box; font: .875rem/1.5 ui-monospace, monospace }
  button { font: inherit; padding: .25rem 1rem }
</style>
<main>
  <h1>The thief's view</h1>
  <p>Anyone who has a copy of these cookies can send them from another device. Run the command in a terminal.</p>
  <p><textarea readonly rows="9" aria-label="Command">${command}</textarea></p>
  <p><button>Copy</button> <output></output></p>
  <p>${text}</p>
</main>
<script nonce="${nonce}">
  document.querySelector('button').onclick = () => {
    document.querySelector('textarea').select()
    document.querySelector('output').textContent = document.execCommand('copy') ? 'Copied' : 'Press Ctrl+C to copy'
  }
</script>
</html>
`
