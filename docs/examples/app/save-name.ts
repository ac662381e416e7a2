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
    unstable_rethrow(error) // must be first: lets Next's own errors pass, such as the redirect of requireUser
    if (error instanceof SessionError) return { problem: error.code }
    throw error
  }
}
