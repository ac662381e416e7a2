/**
 * Returns the response with `Cache-Control: private, no-store` and `Vary: Cookie`, so that no shared cache stores it. Copies a
 * response whose headers are immutable, such as one from `Response.redirect()`.
 */
export function privateResponse(response: Response): Response {
  const own = withHeader(response, 'cache-control', 'private, no-store')
  const names =
    own.headers
      .get('vary')
      ?.toLowerCase()
      .split(/\s*,\s*/) ?? []
  if (!names.includes('*') && !names.includes('cookie')) own.headers.append('vary', 'Cookie')
  return own
}

/** Returns the response with the header set, or a copy with the header if the headers of the response are immutable. */
export function withHeader(response: Response, name: string, value: string): Response {
  try {
    response.headers.set(name, value)
    return response
  } catch {
    return withHeader(new Response(response.body, response), name, value)
  }
}
