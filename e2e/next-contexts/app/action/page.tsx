import { after } from 'next/server'
import { Suspense } from 'react'
import { contexts, getSession, writeTo } from '../sessions'

async function rename(form: FormData) {
  'use server'
  const session = await getSession()
  const before = contexts.reads
  await session.set('name', String(form.get('name')))
  after(async () => {
    const later = await getSession()
    contexts.notes.action = {
      same: later === session,
      read: later.get('name'),
      written: await writeTo(later),
      reads: contexts.reads - before,
    }
  })
}

async function renameHere(form: FormData) {
  'use server'
  const session = await getSession()
  await session.set('name', String(form.get('name')), { refresh: 'page' })
}

export default function Page() {
  return (
    <form action={rename}>
      <input name="name" aria-label="Name" />
      <button type="submit">Rename</button>
      <button type="submit" formAction={renameHere}>
        Rename here
      </button>
      <output>
        <Suspense fallback="…">
          <Name />
        </Suspense>
      </output>
    </form>
  )
}

async function Name() {
  return (await getSession()).get('name', 'anonymous')
}
