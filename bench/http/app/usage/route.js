export const dynamic = 'force-dynamic'

/** What the server has used so far: microseconds of CPU, of all its threads. */
export function GET() {
  const { user, system } = process.cpuUsage()
  return Response.json({ pid: process.pid, micros: user + system })
}
