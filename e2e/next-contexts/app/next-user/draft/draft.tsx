'use client'

import { useActionState, useState } from 'react'

/** Holds input, a copy of a server property, and the result of an action: the state that Next keeps in hidden pages. */
export function Draft({ user }: { user: string }) {
  const [firstUser] = useState(user)
  const [saved, save] = useActionState(async (_: string, form: FormData) => String(form.get('text')), 'nothing')
  return (
    <form action={save}>
      <input name="text" aria-label="Text" />
      <input aria-label="Password" type="password" />
      <button type="submit">Save</button>
      <p>
        draft of {firstUser}, saved: {saved}
      </p>
    </form>
  )
}
