import { connectEngine } from '#shared/contract/client.ts'
import type { EngineClient } from '#shared/contract/client.ts'
import { messagePortTransport } from '#shared/contract/message-port-transport.ts'
import type { PortLike } from '#shared/contract/message-port-transport.ts'
import { enginePortMessage } from '#shared/contract/shell.ts'
import type { LarmorShell } from '#shared/contract/shell.ts'
import type { Transport } from '#shared/contract/transport.ts'
import { webSocketTransport } from '#shared/contract/web-socket-transport.ts'

const patienceMs = 20_000

/**
 * Opens a pipe to the engine: through the desktop shell where there is one, else over the WebSocket of the server
 * that delivered this page (its session cookie carries the right to do so).
 *
 * @throws Error in words when the engine cannot be reached
 */
export async function openEngine(
  shell: LarmorShell | undefined,
  log: (text: string) => void,
): Promise<EngineClient> {
  const transport = shell ? await shellTransport(shell, log) : await browserTransport(log)
  return connectEngine(transport, log)
}

async function shellTransport(shell: LarmorShell, log: (text: string) => void): Promise<Transport> {
  const port = await new Promise<MessagePort>((resolve, reject) => {
    const finish = () => {
      clearTimeout(timer)
      window.removeEventListener('message', receive)
    }
    const receive = (event: MessageEvent<unknown>) => {
      if (event.source !== window || event.data !== enginePortMessage) return
      finish()
      resolve(event.ports[0])
    }
    const timer = setTimeout(() => {
      finish()
      reject(new Error('The engine did not answer within 20 seconds.'))
    }, patienceMs)
    window.addEventListener('message', receive)
    shell.connect().catch((error: unknown) => {
      finish()
      reject(error instanceof Error ? error : new Error(String(error)))
    })
  })
  const pipe: PortLike = {
    postMessage: (message) => port.postMessage(message),
    onmessage: null,
    close: () => port.close(),
  }
  const transport = messagePortTransport(pipe, { log })
  // Setting the handler starts the port, so the transport listens first.
  port.onmessage = (event: MessageEvent<unknown>) => pipe.onmessage?.(event)
  return transport
}

async function browserTransport(log: (text: string) => void): Promise<Transport> {
  const scheme = location.protocol === 'https:' ? 'wss:' : 'ws:'
  const socket = new WebSocket(`${scheme}//${location.host}/engine`)
  socket.binaryType = 'arraybuffer'
  await new Promise<void>((resolve, reject) => {
    socket.onopen = () => resolve()
    socket.onerror = () =>
      reject(new Error('The server does not answer, or the address lacks its token.'))
  })
  return webSocketTransport(socket, { log })
}
