import { sessions } from '../../../sessions'

// Vercel calls it once a day (vercel.json), with CRON_SECRET in its Authorization header.
export const GET = sessions.clearExpiredHandler({ secret: process.env.CRON_SECRET })
export const POST = GET
