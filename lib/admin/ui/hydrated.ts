import { useSyncExternalStore } from 'react'

const subscribe = () => () => {}

/** Returns true once React has hydrated the component in the browser; false on the server and during hydration. */
export function useHydrated(): boolean {
  return useSyncExternalStore(
    subscribe,
    () => true,
    () => false,
  )
}
