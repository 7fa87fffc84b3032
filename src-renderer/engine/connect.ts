import { connectEngine } from '#shared/contract/client.ts'
import type { EngineClient } from '#shared/contract/client.ts'
import { messagePortTransport } from '#shared/contract/message-port-transport.ts'
import type { PortLike } from '#shared/contract/message-port-transport.ts'
import { enginePortMessage } from '#shared/contract/shell.ts'
import type { LarmorShell } from '#shared/contract/shell.ts'
import type { Transport } from '#shared/contract/transport.ts'
import { fetchingQuery } from '#shared/contract/web-socket-transport.ts'
import type { EnginePlace, PipeOpened } from './pipe-worker.ts'

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
  const place = shell ? await portOf(shell) : socketOfServer()
  return connectEngine(await openPipe(place, log), log)
}

/** A transport whose other end is in a worker. @throws Error in words when the engine cannot be reached */
async function openPipe(place: EnginePlace, log: (text: string) => void): Promise<Transport> {
  const worker = new Worker(new URL('./pipe-worker.ts', import.meta.url), { type: 'module' })
  const opened = new Promise<PipeOpened>((resolve) => {
    worker.onmessage = ({ data }: MessageEvent<PipeOpened>) => resolve(data)
    worker.onerror = () =>
      resolve({ problem: 'The part of the page that talks to the engine does not run.' })
  })
  worker.postMessage(place, 'port' in place ? [place.port] : [])
  const { problem } = await opened
  if (problem !== '') {
    worker.terminate()
    throw new Error(problem)
  }
  const pipe: PortLike = {
    postMessage: (frame) =>
      worker.postMessage(frame, frame instanceof Uint8Array ? [frame.buffer] : []),
    onmessage: null,
    close: () => worker.terminate(),
  }
  worker.onmessage = (event: MessageEvent<unknown>) => pipe.onmessage?.(event)
  return messagePortTransport(pipe, { log })
}

async function portOf(shell: LarmorShell): Promise<EnginePlace> {
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
  return { port }
}

function socketOfServer(): EnginePlace {
  const scheme = location.protocol === 'https:' ? 'wss:' : 'ws:'
  return { url: `${scheme}//${location.host}/engine?${fetchingQuery}` }
}
