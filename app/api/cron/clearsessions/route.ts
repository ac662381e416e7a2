import { sessions } from '../../../sessions'

// Vercel calls this once a day (vercel.json) with CRON_SECRET in the Authorization header.
export const GET = sessions.clearExpiredHandler({ secret: process.env.CRON_SECRET })
export const POST = GET
