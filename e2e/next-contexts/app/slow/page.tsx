import { Suspense } from 'react'
import { contexts, getSession } from '../sessions'

async function renameSlowly(form: FormData) {
  'use server'
  const session = await getSession()
  await session.set('name', String(form.get('name')))
  await contexts.released()
}

export default function Page() {
  return (
    <form action={renameSlowly}>
      <input name="name" aria-label="Name" />
      <button type="submit">Rename slowly</button>
      <output>
        <Suspense fallback="…">
          <Name />
        </Suspense>
      </output>
    </form>
  )
}

async function Name() {
  const session = await getSession()
  return `${session.get('name', 'anonymous')}, user ${session.userId}`
}
