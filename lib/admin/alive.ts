import { useSyncExternalStore } from 'react'

const never = () => () => {}

/** Whether the browser runs this; false on the server and while the browser takes over what that made. */
export function useAlive(): boolean {
  return useSyncExternalStore(
    never,
    () => true,
    () => false,
  )
}
