'use server'
import { SessionError } from 'coatcheck'
import { unstable_rethrow } from 'next/navigation'
import { requireUser } from './sessions'

export async function saveName(form: FormData): Promise<{ problem: string | null }> {
  try {
    const session = await requireUser()
    await session.set('name', String(form.get('name')))
    return { problem: null }
  } catch (error) {
    unstable_rethrow(error) // first: the redirect of requireUser, and the other signals of Next
    if (error instanceof SessionError) return { problem: error.code }
    throw error
  }
}
