export const dynamic = 'force-dynamic'

/** Responds with the CPU time that all threads of the server have used so far, in microseconds. */
export function GET() {
  const { user, system } = process.cpuUsage()
  return Response.json({ pid: process.pid, micros: user + system })
}
