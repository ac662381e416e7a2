/**
 * Returns the response with `Cache-Control: private, no-store` and `Vary: Cookie`, so that no shared cache stores it. Copies a
 * response whose headers are immutable, such as that of `Response.redirect()`.
 */
export function privateResponse(response: Response): Response {
  try {
    response.headers.set('cache-control', 'private, no-store')
  } catch {
    return privateResponse(new Response(response.body, response))
  }
  const names =
    response.headers
      .get('vary')
      ?.toLowerCase()
      .split(/\s*,\s*/) ?? []
  if (!names.includes('*') && !names.includes('cookie')) response.headers.append('vary', 'Cookie')
  return response
}
