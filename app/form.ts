import { SessionError, type SessionErrorCode } from 'coatcheck'
import { revalidatePath } from 'next/cache'
import { redirect } from 'next/navigation'

// An action is a public endpoint, so its argument can be any value despite its type.
function isForm(form: unknown): form is FormData {
  return form instanceof FormData
}

/** Returns the text of a form field, or an empty string if it is missing. */
export function textField(form: FormData, name: string): string {
  const value = isForm(form) ? form.get(name) : ''
  return typeof value === 'string' ? value : ''
}

/**
 * Calls `change`. If it rejects with a SessionError, redirects to `/`, which shows the problem until a change there succeeds.
 */
export async function redirectOnError(form: FormData, change: () => Promise<unknown>): Promise<void> {
  if (!isForm(form)) redirect('/')
  let problem: SessionErrorCode | undefined
  try {
    await change()
  } catch (error) {
    if (!(error instanceof SessionError)) throw error
    problem = error.code
  }
  if (problem) {
    revalidatePath('/', 'layout') // An empty flash removes the message of an earlier success from the page.
    redirect(`/?problem=${problem}`)
  }
  if (form.has('problem')) redirect('/')
}
