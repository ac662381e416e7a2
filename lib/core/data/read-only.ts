import type { Json } from './json.ts'

type Atom = string | number | bigint | boolean | symbol | null | undefined | Date | RegExp | URL | ReadonlyMap<unknown, unknown>

/** `T` with everything in it read-only. `Json` is read-only already, and expanding it would not terminate. */
export type DeepReadonly<T> = Json extends T
  ? T
  : T extends Atom | ((...args: never) => unknown)
    ? T
    : T extends object
      ? { readonly [K in keyof T]: DeepReadonly<T[K]> }
      : T
