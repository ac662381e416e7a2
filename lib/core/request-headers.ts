/** The headers of a request of Node's `http` or `http2`. */
export type NodeHeaders = Readonly<Record<string, string | readonly string[] | undefined>>

/**
 * A `Request`, or a request of Node such as the `IncomingMessage` of a WebSocket handshake. A relative `url` is
 * accepted.
 */
export interface AnyRequest {
  readonly headers: Headers | NodeHeaders
  readonly url?: string | undefined
}

/** Returns the headers of a request as `Headers`. */
export function headersOf({ headers }: AnyRequest): Headers {
  if (isHeaders(headers)) return headers
  const converted = new Headers()
  for (const [name, value] of Object.entries(headers)) {
    if (value === undefined || name.startsWith(':')) continue // HTTP/2 has pseudo-headers, such as :path
    for (const text of [value].flat()) converted.append(name, text)
  }
  return converted
}

function isHeaders(headers: Headers | NodeHeaders): headers is Headers {
  return typeof headers.get === 'function'
}
