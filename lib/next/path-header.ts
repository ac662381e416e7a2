/** The request header in which the guard passes the path and search of a page on to `requireUser`. */
export const pathHeader = 'x-coatcheck-path'
