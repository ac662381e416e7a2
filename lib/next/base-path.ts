/**
 * Adds the app's `basePath` to a path that does not have it. Next adds the `basePath` to links and to the redirects of pages and of
 * actions that the router calls, but not to those of route handlers and of forms without JavaScript.
 * @param basePath The base path of the request. @default the base path of the configuration
 */
export function withBasePath(location: string, basePath = configuredBasePath()): string {
  const isPath = /^\/(?!\/)/.test(location)
  const hasBase = location.startsWith(basePath) && /^([/?#]|$)/.test(location.slice(basePath.length))
  return isPath && !hasBase ? basePath + location : location
}

/**
 * Next's bundlers replace this variable with the `basePath` of next.config. Requests of Node handlers do not have it.
 */
function configuredBasePath(): string {
  return process.env.__NEXT_ROUTER_BASEPATH || ''
}
