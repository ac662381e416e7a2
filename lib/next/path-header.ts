/** The request header in which the guard passes the path and query of a page to `requireUser`. */
export const pathHeader = 'x-coatcheck-path'
