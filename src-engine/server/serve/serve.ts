import type { Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Duplex } from 'node:stream'
import { WebSocketServer } from 'ws'
import { fetchingQuery, prefixBytes, webSocketTransport } from '#shared/contract/index.ts'
import type { FrameLimits, Transport } from '#shared/contract/index.ts'
import { errorCode, InputError } from '../../errors.ts'
import { Access } from './access.ts'
import { FrameShelf } from './frame-shelf.ts'
import { createPageServer } from './page-server.ts'

export interface WorkbenchServerOptions {
  /** The built page. */
  readonly folder: string
  /** 0: any free port. */
  readonly port: number
  readonly log: (text: string) => void
  /** Called for every page that connects. */
  readonly onClient: (transport: Transport) => void
}

export interface WorkbenchServer {
  readonly port: number
  readonly token: string
  /** Address with the token, and what else the page should know. */
  url(parameters?: Readonly<Record<string, string>>): string
  close(): Promise<void>
}

const limits: FrameLimits = { headerBytes: 1 << 20, payloadBytes: 1 << 30 }
const enginePath = '/engine'

/**
 * Serves the workbench on 127.0.0.1: the page over HTTP and the engine over a WebSocket at /engine, what is large of that
 * over HTTP too, all only with the token of this start.
 * @throws InputError when the port is taken or may not be used
 */
export async function serveWorkbench(options: WorkbenchServerOptions): Promise<WorkbenchServer> {
  const access = new Access()
  const shelf = new FrameShelf()
  const server = createPageServer(options.folder, access, shelf, options.log)
  const sockets = new WebSocketServer({
    noServer: true,
    maxPayload: limits.headerBytes + limits.payloadBytes + prefixBytes + 8,
    perMessageDeflate: false,
  })
  server.on('upgrade', (request, socket, head) => {
    const [path, query] = (request.url ?? '').split('?', 2)
    const refusal = access.webSocketRefusal(request)
    if (path !== enginePath) refuse(socket, '404 Not Found')
    else if (refusal !== undefined) refuse(socket, '403 Forbidden')
    else if (!access.hasCookie(request)) refuse(socket, '401 Unauthorized')
    else
      sockets.handleUpgrade(request, socket, head, (webSocket) => {
        // Without a listener an oversized or malformed message would end the process.
        webSocket.on('error', (error) => options.log(`A page's connection broke: ${error.message}`))
        webSocket.on('close', () => shelf.clear(webSocket))
        const shelve = (frame: Uint8Array) => shelf.put(frame, webSocket)
        const large = query === fetchingQuery ? { shelve } : {}
        options.onClient(webSocketTransport(webSocket, { limits, log: options.log, ...large }))
      })
  })
  await listen(server, options.port)
  const port = addressOf(server).port
  return {
    port,
    token: access.token,
    url: (parameters = {}) =>
      `http://127.0.0.1:${port}/?${new URLSearchParams({ token: access.token, ...parameters })}`,
    async close() {
      for (const client of sockets.clients) client.terminate()
      server.closeAllConnections()
      await new Promise<void>((resolve) => server.close(() => resolve()))
    },
  }
}

function refuse(socket: Duplex, status: string): void {
  socket.on('error', () => socket.destroy())
  socket.end(`HTTP/1.1 ${status}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`)
}

function addressOf(server: Server): AddressInfo {
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('The server has no port.')
  return address
}

function listen(server: Server, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', (error) => {
      if (errorCode(error) === 'EADDRINUSE')
        reject(
          new InputError(
            `Port ${port} is in use, perhaps by another larmor serve. Choose another with --port, or leave it out.`,
          ),
        )
      else if (errorCode(error) === 'EACCES')
        reject(new InputError(`Port ${port} may not be used. Choose one above 1023 with --port.`))
      else reject(error)
    })
    server.listen({ host: '127.0.0.1', port, exclusive: true }, () => resolve())
  })
}
