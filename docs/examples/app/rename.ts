'use server'
import { z } from 'zod'
import { userAction } from './safe-action'

export const rename = userAction
  .inputSchema(z.object({ name: z.string().min(1) }))
  .action(async ({ parsedInput: { name }, ctx: { session } }) => {
    await session.set('name', name)
  })
