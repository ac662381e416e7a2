import { once } from 'node:events'
import WebSocket from 'ws'

/** A connection to the inspector of a Node process that was started with `NODE_OPTIONS=--inspect=127.0.0.1:0`. */
export interface Inspector {
  /** Returns the used bytes of the JavaScript heap after a full garbage collection. */
  heapKept(): Promise<number>
  close(): void
}

/** Connects to the inspector at the address that the process has printed. */
export async function inspect(url: string): Promise<Inspector> {
  const socket = new WebSocket(url)
  await once(socket, 'open')
  let lastId = 0
  const call = async (method: string, params: object = {}): Promise<unknown> => {
    const id = ++lastId
    socket.send(JSON.stringify({ id, method, params }))
    for (;;) {
      const [data] = await once(socket, 'message')
      const message = JSON.parse(String(data))
      if (message.id === id) return message.result
    }
  }
  return {
    heapKept: async () => {
      await call('HeapProfiler.enable')
      await call('HeapProfiler.collectGarbage')
      const usage = await call('Runtime.getHeapUsage')
      return typeof usage === 'object' && usage && 'usedSize' in usage ? Number(usage.usedSize) : Number.NaN
    },
    close: () => socket.close(),
  }
}
