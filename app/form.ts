import { SessionError, type SessionErrorCode } from 'coatcheck'
import { revalidatePath } from 'next/cache'
import { redirect } from 'next/navigation'

// An action is a public endpoint: whatever its type says, it may be called with anything.
function isForm(form: unknown): form is FormData {
  return form instanceof FormData
}

/** The text of a field; empty if there is none. */
export function text(form: FormData, name: string): string {
  const value = isForm(form) ? form.get(name) : ''
  return typeof value === 'string' ? value : ''
}

/** Runs a change. What the library refuses is said on the page `/`, until the next change there succeeds. */
export async function orSay(form: FormData, change: () => Promise<unknown>): Promise<void> {
  if (!isForm(form)) redirect('/')
  let problem: SessionErrorCode | undefined
  try {
    await change()
  } catch (error) {
    if (!(error instanceof SessionError)) throw error
    problem = error.code
  }
  if (problem) {
    revalidatePath('/', 'layout') // an earlier success is not to stand beside it
    redirect(`/?problem=${problem}`)
  }
  if (form.has('problem')) redirect('/')
}
